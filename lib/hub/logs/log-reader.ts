import type { FoundLines, LineFilter, LogChoice, LogPage, LogQuery, LogSearch, LogsApi } from '../api'
import { pageOfLog } from './log-page'
import { searchLog } from './log-search'
import { pickLines } from './picked-lines'
import type { ReadableLog } from './log-buffer'

/** Finds a log. Its `log` is undefined while a batch has none yet. Undefined if there is no such run or batch. */
export type FindLog = (id: string, choice: LogChoice) => Promise<{ log: ReadableLog | undefined } | undefined>

/** Reads the logs of runs, or of imports. */
export class LogReader implements LogsApi {
  readonly #find: FindLog

  constructor(find: FindLog) {
    this.#find = find
  }

  async page(id: string, query: LogQuery): Promise<LogPage | undefined> {
    const found = await this.#find(id, query)
    return found && pageOfLog(found.log, query)
  }

  async pick(id: string, query: LogQuery, filter: LineFilter): Promise<Generator<void, LogPage> | undefined> {
    const found = await this.#find(id, query)
    return found && pickLines(found.log, query, filter)
  }

  async search(id: string, search: LogSearch): Promise<Generator<void, FoundLines> | undefined> {
    const found = await this.#find(id, search)
    return found && searchLog(found.log, search)
  }
}
