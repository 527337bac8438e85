import type { LogLine } from '../../../lib/run/model'
import type { BatchNames } from './log'
import type { Mark } from './line-mark'
import type { Row } from './row'

/** How many lines of the backend are looked back at for one that says the same: batches that start or end at once interleave. */
const NEAR = 4

/**
 * What a line of the backend says, if it is one of those that it says twice: as a sentence, and as the status of a batch or run. Null
 * for any other line. `names`: a start is told once by the batch's name, and once by its id.
 */
export function saying({ source, stream, text }: LogLine, names: BatchNames | undefined): string | null {
  if (source !== 'backend' || stream !== 'system' || text.length > 2_000) return null
  const [, ofId, status] = /^batch (.+): (running|completed)(?: on branch .+)?$/.exec(text) ?? []
  if (ofId !== undefined)
    return status === 'running' ? `start ${names?.get(ofId) ?? ''}` : `end ${ofId} ${branchOf(text)}`
  const [, started] = /^Spawning batch: (.+)$/.exec(text) ?? []
  if (started !== undefined) return `start ${started}`
  const [, ended] = /^Batch (.+) completed on branch .+$/.exec(text) ?? []
  if (ended !== undefined) return `end ${ended} ${branchOf(text)}`
  return text === 'status: completed' || text === 'All batches completed successfully.' ? 'all completed' : null
}

const branchOf = (text: string): string => / on branch (.+)$/.exec(text)?.[1] ?? ''

/**
 * Puts lines that say the same as one just before them into the row of that one [LOG-5.1].
 * @param open the lines whose twins are shown
 * @param mark a line that the address names is always shown
 */
export function withTwins(
  rows: readonly Row[],
  names: BatchNames | undefined,
  open: ReadonlySet<number>,
  mark: Mark | null,
): Row[] {
  const all: Row[] = []
  /** The latest lines of the backend: where they are in `all`, and what they say. */
  const near: { place: number; said: string | null }[] = []
  for (const row of rows) {
    const said = row.kind === 'line' ? saying(row.line, names) : null
    const first = said === null ? undefined : near.findLast(line => line.said === said)
    const head = first && all[first.place]
    const isMarked = mark !== null && row.seq >= mark.from && row.seq <= mark.to
    if (first && head?.kind === 'line' && row.kind === 'line' && !isMarked) {
      const isOpen = open.has(head.seq)
      all[first.place] = { ...head, twins: { lines: [...(head.twins?.lines ?? []), row.line], isOpen } }
      if (!isOpen) continue
    }
    if (row.kind === 'line' && row.line.source === 'backend') {
      near.push({ place: all.length, said: first ? null : said })
      if (near.length > NEAR) near.shift()
    }
    all.push(row)
  }
  return all
}
