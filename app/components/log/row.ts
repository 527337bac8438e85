import type { LogLine } from '../../../lib/run/model'
import type { Stream } from './streams'

/** `seq`: the first line that the row is of. `height`: in lines of text, where none wraps. */
interface RowBase {
  key: string
  seq: number
  height: number
}

/**
 * A row of the log: a line, lines that are not loaded, lines that the server no longer has, or the batch that printed the lines from
 * there on (null: the backend).
 */
export type Row = RowBase &
  (
    | { kind: 'line'; line: LogLine }
    | { kind: 'gap'; to: number }
    | { kind: 'lost'; to: number }
    | { kind: 'speaker'; batch: string | null }
  )

/** A row of the log, or a place where the day or the clock offset changes. */
export type DatedRow = Row | (RowBase & { kind: 'day'; at: number; before: number })

/** Which lines are shown. The same object stays the same choice. */
export interface LogFilter {
  readonly streams: ReadonlySet<Stream>
  /** The one container whose lines are shown; null: those of all. */
  readonly source: string | null
}
