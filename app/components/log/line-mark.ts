import { MERGED, type LogId } from '../../log-id'

/** The lines that the address names, from the first to the last. */
export interface Mark {
  readonly from: number
  readonly to: number
}

/**
 * Reads `?line=120` or `?line=120-140`; null if the address names no line of this log.
 */
export function markIn(search: string, logId: LogId): Mark | null {
  const asked = new URLSearchParams(search)
  const named = logNamedIn(asked)
  if (named === 'all' ? logId !== MERGED : (named === 'run' ? null : asked.get('batch')) !== wellFormed(logId))
    return null
  const [, from, to] = /^(\d{1,15})(?:-(\d{1,15}))?$/.exec(asked.get('line') ?? '') ?? []
  if (from === undefined) return null
  return markOf(Number(from), Number(to ?? from))
}

/** From one line to another, in either order; null if there is no such line. */
export const markOf = (a: number, b: number): Mark | null =>
  Math.min(a, b) < 1 ? null : { from: Math.min(a, b), to: Math.max(a, b) }

/** The log that the address names beside a batch. */
export const logNamedIn = (asked: URLSearchParams): 'all' | 'run' | null => {
  const named = asked.get('log')
  return named === 'all' || named === 'run' ? named : null
}

const wellFormed = (logId: LogId) => (typeof logId === 'string' ? logId.toWellFormed() : logId)

const markText = ({ from, to }: Mark): string => (from === to ? String(from) : `${from}-${to}`)

/**
 * The address of a page with lines of one of its logs marked; null marks none. It names the merged log, and for a line of the run's
 * own log beside an open batch that one: else the batch would show its log.
 */
export function addressWith(address: string, mark: Mark | null, logId: LogId): URL {
  const url = new URL(address)
  const { searchParams } = url
  searchParams.delete('log')
  if (mark === null) searchParams.delete('line')
  else searchParams.set('line', markText(mark))
  if (logId === MERGED) searchParams.set('log', 'all')
  if (mark === null || logId === MERGED) return url
  if (logId !== null) searchParams.set('batch', logId)
  else if (searchParams.has('batch')) searchParams.set('log', 'run')
  return url
}

/** What a link to a line of a log begins with; the line's number follows. */
export const linkPrefix = (logId: LogId): string =>
  logId === MERGED
    ? '?log=all&line='
    : `?${logId === null ? '' : `batch=${encodeURIComponent(logId.toWellFormed())}&`}line=`
