import type { Container } from '../../../../lib/run/model'

type Ended = Pick<Container, 'exitCode' | 'oomKilled' | 'timedOut' | 'startFailed'>

/** What signals mean to somebody who looks for a cause. */
const SIGNALS: Readonly<Record<number, string>> = {
  1: 'SIGHUP, its terminal went away',
  2: 'SIGINT, interrupted',
  3: 'SIGQUIT, told to quit',
  4: 'SIGILL, an illegal instruction',
  5: 'SIGTRAP, a trap',
  6: 'SIGABRT, it aborted itself',
  7: 'SIGBUS, a bus error',
  8: 'SIGFPE, an arithmetic error',
  9: 'SIGKILL, usually a kill or out of memory',
  11: 'SIGSEGV, a segmentation fault',
  13: 'SIGPIPE, what read its output had closed',
  14: 'SIGALRM, its own alarm',
  15: 'SIGTERM, it was asked to stop',
  24: 'SIGXCPU, too much processor time',
  25: 'SIGXFSZ, a file became too large',
  31: 'SIGSYS, a system call that is not allowed',
}

/** Exit codes that a shell and `docker run` give a command which they could not run. */
const NOT_RUN: Readonly<Record<number, string>> = {
  125: 'the container could not be run',
  126: 'its command can’t be executed',
  127: 'its command was not found',
}

/** The numbers of Linux's signals. */
const LAST_SIGNAL = 64

/** Why a container ended, in words [PAGE-12.7]: `exit code 137: killed by signal 9, SIGKILL, …`. Null if no exit code is known. */
export function exitReason({ exitCode, oomKilled, timedOut, startFailed }: Ended): string | null {
  if (exitCode === null) return startFailed ? 'could not be started' : null
  const code = `exit code ${exitCode}`
  const cause = causeOf(exitCode, { oomKilled, timedOut })
  const told = cause === null ? code : `${code}: ${cause}`
  return startFailed ? `could not be started, ${told}` : told
}

function causeOf(exitCode: number, { oomKilled, timedOut }: Pick<Ended, 'oomKilled' | 'timedOut'>): string | null {
  if (oomKilled && exitCode === 0) return 'it ended well, though a process in it ran out of memory'
  if (oomKilled) return 'out of memory, says Docker'
  if (timedOut) return 'killed after the 15 minutes that an agent has'
  const signal = exitCode - 128
  if (signal < 1 || signal > LAST_SIGNAL) return NOT_RUN[exitCode] ?? null
  const meaning = SIGNALS[signal]
  return `ended by signal ${signal}${meaning === undefined ? '' : `, ${meaning}`}`
}
