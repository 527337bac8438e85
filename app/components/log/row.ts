import type { LogLine } from '../../../lib/run/model'
import { isError } from '../../../lib/run/text/log-level'
import type { Mark } from './line-mark'
import type { BatchNames } from './log'
import type { Stream } from './streams'

/** Lines of the backend that say the same as another one near them. Unless they are shown, they have no row of their own. */
export interface Twins {
  readonly lines: readonly LogLine[]
  readonly isOpen: boolean
}

/** `seq`: the first line that the row is of. `height`: in lines of text, where none wraps. */
interface RowBase {
  key: string
  seq: number
  height: number
}

/**
 * A row of the log: a line, lines that are not loaded, lines that the server no longer has or does not name, or the batch that printed the lines from
 * there on (null: the backend).
 */
export type Row = RowBase &
  (
    | { kind: 'line'; line: LogLine; twins?: Twins }
    | { kind: 'gap'; to: number }
    | { kind: 'lost'; to: number }
    | { kind: 'unlisted'; count: number }
    | { kind: 'speaker'; batch: string | null }
  )

/** A row of the log, or a place where the day or the clock offset changes. */
export type DatedRow = Row | (RowBase & { kind: 'day'; at: number; before: number })

/** Which lines are shown. The same object stays the same choice. */
export interface LogFilter {
  readonly streams: ReadonlySet<Stream>
  /** The one container whose lines are shown; null: those of all. */
  readonly source: string | null
  /** Only lines that tell of an error. */
  readonly isErrors: boolean
}

export const fits = (line: LogLine, { streams, source, isErrors }: LogFilter): boolean =>
  streams.has(line.stream) && (source === null || line.source === source) && (!isErrors || isError(line))

/** Which rows a log has. The same object stays the same choice. */
export interface RowChoice {
  readonly filter: LogFilter
  /** The log has the lines of several batches. */
  readonly isMerged: boolean
  readonly names: BatchNames | undefined
  /** The lines whose twins are shown; null: those of all. */
  readonly open: ReadonlySet<number> | null
  readonly mark: Mark | null
}
