import type { LogLine } from '../../run/model'
import type { ReadableLog } from './log-buffer'
import type { LogPage, LogQuery } from '../api'

/** The most characters that the lines of one page have together. Only a first line alone may have more [SAFE-5]. */
export const LONGEST_PAGE = 8 * 1024 * 1024

/**
 * The lines next to a place in the log, as many as were asked for and fit into a page: those after `after`, or with `before` the
 * newest ones before that. None if there is no log yet.
 */
export function pageOfLog(log: ReadableLog | undefined, query: LogQuery): LogPage {
  const { after, before, limit, characters = LONGEST_PAGE } = query
  const lines =
    before === undefined
      ? fitting(log?.after(after, limit) ?? [], characters)
      : fitting((log?.before(before, limit) ?? []).toReversed(), characters).toReversed()
  return { lines, next: lines.at(-1)?.seq ?? after, dropped: log?.dropped ?? 0 }
}

function fitting(lines: readonly LogLine[], characters: number): LogLine[] {
  let left = characters
  const end = lines.findIndex(({ text }, n) => {
    left -= text.length
    return left < 0 && n > 0
  })
  return end < 0 ? [...lines] : lines.slice(0, end)
}
