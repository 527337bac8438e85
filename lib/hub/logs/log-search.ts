import type { LogLine } from '../../run/model'
import { plainLine } from '../../run/text/log-text'
import { matcherOf } from '../../run/text/text-matcher'
import type { FoundLines, LogSearch } from '../api'
import type { ReadableLog } from './log-buffer'

/** How many lines are read at once. */
const LINES = 100
/** How long a step takes, ms, and the search of one line more: of the longest one that takes some 14 ms. */
const STEP = 5
/** How many of the found lines are named: the newest ones. All are counted. */
const MOST_NAMED = 10_000

/**
 * Finds the lines of a log that show a text, in any letter case, oldest first. Each step of the generator takes a few ms, so that
 * its caller can let others work in between. Lines that are added meanwhile are searched as well.
 */
export function* searchLog(
  log: ReadableLog | undefined,
  { text, stream, source }: LogSearch,
): Generator<void, FoundLines> {
  const matcher = matcherOf(text)
  const isSought = (line: LogLine) =>
    (stream === undefined || stream.includes(line.stream)) && (source === undefined || line.source === source)
  const seqs: number[] = []
  let count = 0
  let from: number | null = null
  let to = 0
  let until = performance.now() + STEP
  for (let hasMore = true; hasMore;) {
    const lines = log?.after(to, LINES) ?? []
    hasMore = lines.length === LINES
    from ??= lines[0]?.seq ?? null
    for (const line of lines) {
      to = line.seq
      if (matcher !== null && isSought(line) && plainLine(line.text).search(matcher) >= 0) {
        count += 1
        seqs.push(line.seq)
      }
      if (performance.now() < until) continue
      yield
      until = performance.now() + STEP
    }
    if (seqs.length >= 2 * MOST_NAMED) seqs.splice(0, seqs.length - MOST_NAMED)
  }
  return { seqs: seqs.slice(-MOST_NAMED), count, from: from ?? to + 1, to }
}
