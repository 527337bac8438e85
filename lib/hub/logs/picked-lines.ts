import type { LogLine } from '../../run/model'
import type { LineFilter, LogPage, LogQuery } from '../api'
import { lineFilter } from './line-filter'
import type { ReadableLog } from './log-buffer'
import { LONGEST_PAGE } from './log-page'
import { Steps } from './steps'

/** How many lines are read at once. */
const LINES = 100

/**
 * The lines of a page, as `pageOfLog`, but only those that fit a filter. `next` is the last line that was looked at;
 * with `before`, only where it was ended early.
 */
export function* pickLines(
  log: ReadableLog | undefined,
  { after, before, limit, characters = LONGEST_PAGE }: LogQuery,
  filter: LineFilter,
): Generator<void, LogPage> {
  const fitOf = lineFilter(filter)
  const isBack = before !== undefined
  const picked: LogLine[] = []
  let at = before ?? after
  let left = characters
  const steps = new Steps()
  const page = (isStopped = false): LogPage => ({
    lines: isBack ? picked.toReversed() : picked,
    next: isBack && !isStopped ? (picked[0]?.seq ?? after) : at,
    dropped: log?.dropped ?? 0,
    ...(isStopped && { stopped: true }),
  })
  for (let hasMore = true; hasMore;) {
    const lines = (isBack ? log?.before(at, LINES).toReversed() : log?.after(at, LINES)) ?? []
    hasMore = lines.length === LINES
    for (const line of lines) {
      if (fitOf(line) === 'yes') {
        left -= line.text.length
        if (left < 0 && picked.length > 0) return page()
        picked.push(line)
      }
      at = line.seq
      if (picked.length === limit) return page()
      if (!steps.isOver) continue
      if (steps.end()) return page(true)
      yield
      steps.begin()
    }
  }
  return page()
}
