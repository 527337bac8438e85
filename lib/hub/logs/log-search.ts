import type { FoundLines, LineFilter } from '../api'
import { lineFilter } from './line-filter'
import type { ReadableLog } from './log-buffer'
import { Steps } from './steps'

/** How many lines are read at once. */
const LINES = 100
/** How many of the found lines are named: the newest ones. All are counted. */
const MOST_NAMED = 10_000

/**
 * Finds the lines of a log that fit a filter, oldest first. Each step of the generator takes a few ms, so that its caller can let
 * others work in between. Lines that are added meanwhile are searched as well.
 */
export function* searchLog(log: ReadableLog | undefined, filter: LineFilter): Generator<void, FoundLines> {
  const fitOf = lineFilter(filter)
  const seqs: number[] = []
  let [count, partly] = [0, 0]
  let from: number | null = null
  let to = 0
  const steps = new Steps()
  let isStopped = false
  for (let hasMore = true; hasMore && !isStopped;) {
    const lines = log?.after(to, LINES) ?? []
    hasMore = lines.length === LINES
    from ??= lines[0]?.seq ?? null
    for (const line of lines) {
      to = line.seq
      const fit = fitOf(line)
      if (fit === 'yes') {
        count += 1
        seqs.push(line.seq)
      } else if (fit === 'partly no') partly += 1
      if (!steps.isOver) continue
      isStopped = steps.end()
      if (isStopped) break
      yield
      steps.begin()
    }
    if (seqs.length >= 2 * MOST_NAMED) seqs.splice(0, seqs.length - MOST_NAMED)
  }
  const covered = { ...(partly > 0 && { partly }), ...(isStopped && { stopped: true }) }
  return { seqs: seqs.slice(-MOST_NAMED), count, from: from ?? to + 1, to, ...covered }
}
