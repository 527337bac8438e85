import { useState, type ReactNode } from 'react'
import type { RunRef } from '../../../lib/client/live'
import { saveLog } from '../../api'
import { classNames } from '../../class-names'
import { Glyph } from '../icons'
import { streams, streamWords, type Stream } from './streams'
import controls from '../controls.module.css'
import refusals from '../refusal.module.css'
import styles from './log-bar.module.css'

interface Props {
  run: RunRef
  batchId: string | null
  tabs: ReactNode
  note: string
  shown: ReadonlySet<Stream>
  onToggle: (stream: Stream) => void
  query: string
  onQuery: (query: string) => void
  /** For example `3/17`; empty if nothing is searched. */
  found: string
  onStep: (step: 1 | -1) => void
  wrap: boolean
  onWrap: () => void
  /** More lines may come, so the log can be followed. */
  grows: boolean
  /** Time stamps show date and offset. */
  full: boolean
  onFull: () => void
  following: boolean
  onFollow: () => void
}

/** The controls of the log: hide streams, search, wrap, date, download, follow. */
export function LogBar(props: Props) {
  const { run, batchId, tabs, note, shown, onToggle, wrap, onWrap, full, onFull } = props
  return (
    <header className={styles.bar}>
      <h2>Log</h2>
      {tabs}
      <div className={controls.toggles} role="group" aria-label="Streams">
        {streams.map(stream => (
          <button key={stream} type="button" aria-pressed={shown.has(stream)} onClick={() => onToggle(stream)}>
            {streamWords[stream]}
          </button>
        ))}
      </div>
      <span className={styles.note}>{note}</span>
      <Find {...props} />
      <span className={styles.end}>
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
        <Download run={run} batchId={batchId} />
        <Follow {...props} />
      </span>
    </header>
  )
}

/** A log that cannot grow only offers a jump to its end. */
function Follow({ grows, following, onFollow }: Props) {
  return grows ? (
    <button
      className={classNames(controls.smallButton, styles.follow)}
      type="button"
      aria-pressed={following}
      onClick={onFollow}
    >
      <Glyph id="i-follow" />
      {following ? 'Following' : 'Follow'}
    </button>
  ) : (
    <button
      className={classNames(controls.smallButton, styles.follow)}
      type="button"
      disabled={following}
      onClick={onFollow}
    >
      <Glyph id="i-follow" />
      To the end
    </button>
  )
}

function Find({ query, onQuery, found, onStep }: Props) {
  return (
    <div className={controls.find} role="search">
      <label className="sr" htmlFor="find-line">
        Search the log
      </label>
      <Glyph id="i-search" />
      <input
        id="find-line"
        type="search"
        placeholder="Search, press /"
        autoComplete="off"
        spellCheck={false}
        value={query}
        onChange={event => onQuery(event.target.value)}
        onKeyDown={event => {
          if (event.key === 'Enter') onStep(event.shiftKey ? -1 : 1)
          else if (event.key === 'Escape') {
            onQuery('')
            event.currentTarget.blur()
          }
        }}
      />
      <span className={styles.found} aria-live="polite">
        {found}
      </span>
      <button className={controls.smallIconButton} type="button" aria-label="Previous match" onClick={() => onStep(-1)}>
        <Glyph id="i-up" />
      </button>
      <button className={controls.smallIconButton} type="button" aria-label="Next match" onClick={() => onStep(1)}>
        <Glyph id="i-down" />
      </button>
    </div>
  )
}

function Download({ run, batchId }: { run: RunRef; batchId: string | null }) {
  const [refusal, setRefusal] = useState<string | null>(null)
  const download = async () => {
    const answer = await saveLog(run, batchId)
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
