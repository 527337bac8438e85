/** The lines that the address names, from the first to the last. */
export interface Mark {
  readonly from: number
  readonly to: number
}

/**
 * Reads `?line=120` or `?line=120-140`; null if the address names no line of this log.
 * @param batchId whose log it is; null: the run's
 */
export function markIn(search: string, batchId: string | null): Mark | null {
  const asked = new URLSearchParams(search)
  const ofBatch = asked.get('log') === 'run' ? null : asked.get('batch')
  if (ofBatch !== (batchId?.toWellFormed() ?? null)) return null
  const [, from, to] = /^(\d{1,15})(?:-(\d{1,15}))?$/.exec(asked.get('line') ?? '') ?? []
  if (from === undefined) return null
  return markOf(Number(from), Number(to ?? from))
}

/** From one line to another, in either order; null if there is no such line. */
export const markOf = (a: number, b: number): Mark | null =>
  Math.min(a, b) < 1 ? null : { from: Math.min(a, b), to: Math.max(a, b) }

const markText = ({ from, to }: Mark): string => (from === to ? String(from) : `${from}-${to}`)

/**
 * The address of a page with lines of one of its logs marked; null marks none. Without `batchId` they are the run's: then an open
 * batch must not show its own log.
 */
export function addressWith(address: string, mark: Mark | null, batchId: string | null): URL {
  const url = new URL(address)
  const { searchParams } = url
  searchParams.delete('log')
  if (mark === null) {
    searchParams.delete('line')
    return url
  }
  searchParams.set('line', markText(mark))
  if (batchId !== null) searchParams.set('batch', batchId)
  else if (searchParams.has('batch')) searchParams.set('log', 'run')
  return url
}

/** What a link to a line of a log begins with; the line's number follows. */
export const linkPrefix = (batchId: string | null): string =>
  `?${batchId === null ? '' : `batch=${encodeURIComponent(batchId.toWellFormed())}&`}line=`
