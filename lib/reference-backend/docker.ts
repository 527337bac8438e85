import { setTimeout as sleep } from 'node:timers/promises'
import Docker from 'dockerode'

/** How long an Engine may take to say that it is there, ms. */
const PATIENCE = 5_000

/** The Engine at hand: DOCKER_HOST, else the default socket. Or the one at this `unix://` address. */
export const dockerAt = (host?: string): Docker =>
  host === undefined ? new Docker() : new Docker({ socketPath: host.replace(/^unix:\/\//, '') })

/** Why no container can be run there, in words for people and for a skipped test's name; null where it answers. */
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

/** What went wrong, in one line. */
export const wordsOf = (error: unknown): string =>
  (error instanceof Error ? error.message || error.name : String(error)).replaceAll(/\s+/g, ' ').trim()

/** The status that the Engine answered with, or null where it could not be asked. */
export function refusal(error: unknown): number | null {
  if (typeof error !== 'object' || error === null || !('statusCode' in error)) return null
  return typeof error.statusCode === 'number' ? error.statusCode : null
}
