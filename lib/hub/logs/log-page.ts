import type { LogLine } from '../../run/model'
import type { LogBuffer } from './log-buffer'
import type { LogPage, LogQuery } from '../api'

/** Of so many characters the lines of one page are at most, but for a first line that has more [SAFE-5]. */
const LONGEST_PAGE = 8 * 1024 * 1024

/** The lines after `after`, as many as were asked for or fit into a page; none where there is no log yet. */
export function pageOfLog(log: LogBuffer | undefined, { after, limit, characters = LONGEST_PAGE }: LogQuery): LogPage {
  const lines = fitting(log?.after(after, limit) ?? [], characters)
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
