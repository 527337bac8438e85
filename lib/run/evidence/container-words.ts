import type { ContainerFacts } from './container-facts'

/** Texts for a container's state, exit code and health; all places use the same ones [DOCK-9]. */

type Ended = Pick<ContainerFacts, 'exitCode' | 'oomKilled' | 'timedOut'> &
  Partial<Pick<ContainerFacts, 'state' | 'removed' | 'startFailed'>>

/** The meaning of exit codes by convention: two from the shell and `docker run`, and 128 + n for the end by signal n. */
const CODES: Readonly<Record<number, string>> = {
  126: 'command not executable',
  127: 'command not found',
  129: 'hung up',
  130: 'interrupted',
  131: 'quit',
  132: 'illegal instruction',
  134: 'aborted',
  135: 'bus error',
  136: 'arithmetic error',
  137: 'killed',
  139: 'segmentation fault',
  141: 'broken pipe',
  143: 'terminated',
}

/** How a container ended, as text after its name. */
export function exitWords({ exitCode, oomKilled, timedOut, state, removed, startFailed }: Ended): string {
  const meaning = exitCode === null ? undefined : CODES[exitCode]
  if (startFailed)
    return ['could not be started', ...(exitCode ? [`exit ${exitCode}`] : []), meaning].filter(Boolean).join(', ')
  if (exitCode === null && state === 'created' && removed) return 'was removed, not seen to start'
  const code = exitCode === null ? 'ended, unseen how' : `exited ${exitCode}`
  if (oomKilled) return exitCode === 0 ? `${code}, though a process in it ran out of memory` : `${code}, out of memory`
  if (timedOut) return `${code}, killed after 15 minutes`
  return meaning === undefined ? code : `${code}, ${meaning}`
}

/** A note on a container that runs, as text at the end of a sentence; empty if there is none. */
export function runningNote({ health, oomKilled }: Pick<ContainerFacts, 'health' | 'oomKilled'>): string {
  if (oomKilled) return 'a process in it ran out of memory'
  return health === 'unhealthy' ? 'its health check says unhealthy' : ''
}

/** Whether the container ended with another exit code than 0, or could not start. */
export const hasFailed = ({ exitCode, startFailed }: Pick<ContainerFacts, 'exitCode' | 'startFailed'>): boolean =>
  startFailed || (exitCode !== null && exitCode !== 0)

/** The id as the `docker` client shows it. */
export const shortId = (id: string): string => id.slice(0, 12)
