import { useState } from 'react'
import type { RunRef } from '../../../lib/client/live'
import { shownName } from '../../../lib/run/text/display-text'
import { saveLog } from '../../api'
import { classNames } from '../../class-names'
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

/** Which lines are shown: of which streams, and of which container. */
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

interface DisplayProps {
  run: RunRef
  logId: LogId
  wrap: boolean
  onWrap: () => void
  /** Time stamps show date and offset. */
  full: boolean
  onFull: () => void
}

/** How lines are shown, and their download. */
export function Display({ run, logId, wrap, onWrap, full, onFull }: DisplayProps) {
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
      <Download run={run} logId={logId} />
    </>
  )
}

function Download({ run, logId }: { run: RunRef; logId: LogId }) {
  const [refusal, setRefusal] = useState<string | null>(null)
  const download = async () => {
    const answer = await saveLog(run, logId)
    setRefusal(answer.ok ? null : answer.error)
  }
  return (
    <>
      <button
        className={controls.iconButton}
        type="button"
        aria-label="Download the whole log"
        title="Download the whole log"
        onClick={() => void download()}
      >
        <Glyph id="i-download" />
      </button>
      {refusal !== null && (
        <span className={refusals.refusal} role="alert">
          {refusal}
        </span>
      )}
    </>
  )
}
