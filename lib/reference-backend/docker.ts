import { setTimeout as sleep } from 'node:timers/promises'
import Docker from 'dockerode'

/** The time limit for an Engine's answer, ms. */
const PATIENCE = 5_000

/** The default Engine: DOCKER_HOST, otherwise the default socket. With `host`, the Engine at this `unix://` address. */
export const dockerAt = (host?: string): Docker =>
  host === undefined ? new Docker() : new Docker({ socketPath: host.replace(/^unix:\/\//, '') })

/** The reason why this Engine can run no container, readable and fit for a skipped test's name; null if it answers. */
export async function whyNoDocker(docker = dockerAt()): Promise<string | null> {
  const waiting = new AbortController()
  const late = sleep(PATIENCE, `no answer within ${PATIENCE / 1000} s`, { signal: waiting.signal })
  const answer = docker.ping().then(
    () => null,
    (error: unknown) => wordsOf(error),
  )
  const why = await Promise.race([answer, late])
  waiting.abort()
  await Promise.allSettled([late])
  return why
}

/** The error's message, in one line. */
export const wordsOf = (error: unknown): string =>
  (error instanceof Error ? error.message || error.name : String(error)).replaceAll(/\s+/g, ' ').trim()

/** The status of the Engine's answer, or null if it gave none. */
export function refusal(error: unknown): number | null {
  if (typeof error !== 'object' || error === null || !('statusCode' in error)) return null
  return typeof error.statusCode === 'number' ? error.statusCode : null
}
