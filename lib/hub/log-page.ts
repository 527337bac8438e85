import type { LogBuffer } from './log-buffer'
import type { LogPage } from './types'

/** The lines after `after`, at most `limit`; none where there is no log yet. */
export function pageOfLog(log: LogBuffer | undefined, after: number, limit: number): LogPage {
  const lines = [...(log?.after(after, limit) ?? [])]
  return { lines, next: lines.at(-1)?.seq ?? after, dropped: log?.dropped ?? 0 }
}
