import { useState } from 'react'
import type { RunRef } from '../../../lib/client/live'
import { shownName } from '../../../lib/run/text/display-text'
import { saveLog, type AskedLines } from '../../api'
import { classNames } from '../../class-names'
import { plural } from '../../labels'
import type { LogId } from '../../log-id'
import { Glyph } from '../icons'
import type { LogFilter } from './row'
import { streams, streamWords, type Stream } from './streams'
import controls from '../controls.module.css'
import refusals from '../refusal.module.css'
import styles from './log-bar.module.css'

interface FilterProps {
  filter: LogFilter
  /** The containers whose lines the log has; with one there is nothing to choose. */
  sources: readonly string[]
  onFilter: (filter: LogFilter) => void
}

/** Which lines are shown: of which streams, which tell of errors, and of which container. */
export function Filter({ filter, sources, onFilter }: FilterProps) {
  const toggle = (stream: Stream) => {
    const shown = streams.filter(name => filter.streams.has(name) !== (name === stream))
    onFilter({ ...filter, streams: new Set(shown) })
  }
  return (
    <>
      <div className={controls.toggles} role="group" aria-label="Streams">
        {streams.map(stream => (
          <button key={stream} type="button" aria-pressed={filter.streams.has(stream)} onClick={() => toggle(stream)}>
            {streamWords[stream]}
          </button>
        ))}
      </div>
      <button
        className={controls.smallButton}
        type="button"
        title="Only lines of stderr that have a word of an error"
        aria-pressed={filter.isErrors}
        onClick={() => onFilter({ ...filter, isErrors: !filter.isErrors })}
      >
        Errors
      </button>
      {sources.length > 1 && (
        <select
          className={styles.source}
          aria-label="Container"
          value={filter.source ?? ''}
          onChange={({ target }) => onFilter({ ...filter, source: target.value === '' ? null : target.value })}
        >
          <option value="">All {sources.length} containers</option>
          {sources.map(source => (
            <option key={source} value={source}>
              {shownName(source.slice(0, 12))}
            </option>
          ))}
        </select>
      )}
    </>
  )
}

interface Picked {
  readonly asked: AskedLines
  readonly count: number
}

interface DisplayProps {
  run: RunRef
  logId: LogId
  wrap: boolean
  onWrap: () => void
  /** Time stamps show date and offset. */
  full: boolean
  onFull: () => void
  /** Time stamps tell how long after the run's start a line came. */
  isSince: boolean
  /** Null while it is not known when the run began. */
  onSince: (() => void) | null
  /** The lines that are shown or found, if these are not all, and their number. */
  picked: Picked | null
}

/** How lines are shown, and their download. */
export function Display({ run, logId, wrap, onWrap, full, onFull, isSince, onSince, picked }: DisplayProps) {
  return (
    <>
      <button
        className={classNames(controls.iconButton, styles.wrap)}
        type="button"
        aria-label="Wrap lines"
        title="Wrap lines"
        aria-pressed={wrap}
        onClick={onWrap}
      >
        <Glyph id="i-wrap" />
      </button>
      <button
        className={controls.smallButton}
        type="button"
        title="Every line with its date and the offset of the clock"
        aria-pressed={full}
        onClick={onFull}
      >
        Dates
      </button>
      <button
        className={controls.smallButton}
        type="button"
        title={
          onSince === null
            ? 'It is not known when the run began'
            : 'Every line with how long after the start of the run it came; its title has the date'
        }
        disabled={onSince === null}
        aria-pressed={isSince}
        onClick={onSince ?? undefined}
      >
        Elapsed
      </button>
      <Download run={run} logId={logId} picked={picked} />
    </>
  )
}

function Download({ run, logId, picked }: Pick<DisplayProps, 'run' | 'logId' | 'picked'>) {
  const [refusal, setRefusal] = useState<string | null>(null)
  const download = async (asked: AskedLines | null) => {
    const answer = await saveLog(run, logId, asked)
    setRefusal(answer.ok ? null : answer.error)
  }
  return (
    <>
      <button
        className={controls.iconButton}
        type="button"
        aria-label="Download the whole log"
        title="Download the whole log"
        onClick={() => void download(null)}
      >
        <Glyph id="i-download" />
      </button>
      {picked && (
        <button
          className={controls.smallButton}
          type="button"
          title="Download only the lines that are shown or found"
          onClick={() => void download(picked.asked)}
        >
          <Glyph id="i-download" />
          {plural(picked.count, 'line')}
        </button>
      )}
      {refusal !== null && (
        <span className={refusals.refusal} role="alert">
          {refusal}
        </span>
      )}
    </>
  )
}
