import type { LogLine } from '../../../lib/run/model'
import type { BatchNames } from './log'
import type { Mark } from './line-mark'
import type { Row } from './row'

/** How many lines of the backend are looked back at for one that says the same: batches that start or end at once interleave. */
const NEAR = 4

/** The fact that a line tells. `isState`: the dashboard has put it into words; otherwise it is a sentence of the backend. */
interface Saying {
  readonly what: string
  readonly isState: boolean
}

/**
 * The fact that a line of the backend tells, if the backend tells it twice. Null for any other line.
 * @param names a start is told once by the batch's name, and once by its id
 */
export function saying({ source, stream, text }: LogLine, names: BatchNames | undefined): Saying | null {
  if (source !== 'backend' || stream !== 'system' || text.length > 2_000) return null
  const [, ofId, status] = /^batch (.+): (running|completed)(?: on branch .+)?$/.exec(text) ?? []
  if (ofId !== undefined)
    return {
      what: status === 'running' ? `start ${names?.get(ofId) ?? ''}` : `end ${ofId} ${branchOf(text)}`,
      isState: true,
    }
  const [, started] = /^Spawning batch: (.+)$/.exec(text) ?? []
  if (started !== undefined) return { what: `start ${started}`, isState: false }
  const [, ended] = /^Batch (.+) completed on branch .+$/.exec(text) ?? []
  if (ended !== undefined) return { what: `end ${ended} ${branchOf(text)}`, isState: false }
  const isState = text === 'status: completed'
  return isState || text === 'All batches completed successfully.' ? { what: 'all completed', isState } : null
}

const branchOf = (text: string): string => / on branch (.+)$/.exec(text)?.[1] ?? ''

type LineRow = Row & { kind: 'line' }

/**
 * Puts states into the row of the sentence that says the same just before or after them [LOG-5.1].
 * @param open the sentences whose states are shown
 * @param mark a line that the address names is always shown
 */
export function withTwins(
  rows: readonly Row[],
  names: BatchNames | undefined,
  open: ReadonlySet<number>,
  mark: Mark | null,
): Row[] {
  const all: (Row | null)[] = []
  /** The latest lines of the backend: where they are in `all`, and what they say that no other one said as well. */
  const near: { place: number; said: Saying | null }[] = []
  for (const row of rows) {
    const said = row.kind === 'line' ? saying(row.line, names) : null
    const twin = said && near.findLast(line => line.said?.what === said.what && line.said.isState !== said.isState)
    const before = twin ? all[twin.place] : null
    let shown = row
    let isHidden = false
    if (said && twin && row.kind === 'line' && before?.kind === 'line') {
      const [sentence, state] = said.isState ? [before, row] : [row, before]
      const isMarked = mark !== null && state.seq >= mark.from && state.seq <= mark.to
      if (!isMarked) {
        const isOpen = open.has(sentence.seq)
        const head = withTwin(sentence, state, isOpen)
        if (said.isState) all[twin.place] = head
        else {
          shown = head
          if (!isOpen) all[twin.place] = null
        }
        isHidden = said.isState && !isOpen
      }
      twin.said = null
    }
    if (row.kind === 'line' && row.line.source === 'backend') {
      near.push({ place: all.length, said: twin ? null : said })
      if (near.length > NEAR) near.shift()
    }
    if (!isHidden) all.push(shown)
  }
  return all.filter(row => row !== null)
}

const withTwin = (sentence: LineRow, { line }: LineRow, isOpen: boolean): LineRow => ({
  ...sentence,
  twins: { lines: [line], isOpen },
})
