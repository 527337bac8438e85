import { useEffect, useRef, useState, type ReactNode } from 'react'
import type { RunRef } from '../../../lib/client/live'
import { saveLog } from '../../api'
import { Glyph } from '../icons'
import { streamWords } from './log-line'
import type { Stream } from './rows'
import { streams } from './rows'

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
    <header className="log-bar">
      <h2>Log</h2>
      {tabs}
      <div className="toggles" role="group" aria-label="Streams">
        {streams.map(stream => (
          <button key={stream} type="button" aria-pressed={shown.has(stream)} onClick={() => onToggle(stream)}>
            {streamWords[stream]}
          </button>
        ))}
      </div>
      <span className="dim log-note">{note}</span>
      <Find {...props} />
      <span className="log-end">
        <button
          className="icon-button"
          type="button"
          aria-label="Wrap lines"
          title="Wrap lines"
          aria-pressed={wrap}
          onClick={onWrap}
        >
          <Glyph id="i-wrap" />
        </button>
        <button
          className="button small dates"
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
    <button className="button small" type="button" aria-pressed={following} onClick={onFollow}>
      <Glyph id="i-follow" />
      {following ? 'Following' : 'Follow'}
    </button>
  ) : (
    <button className="button small" type="button" disabled={following} onClick={onFollow}>
      <Glyph id="i-follow" />
      To the end
    </button>
  )
}

function Find({ query, onQuery, found, onStep }: Props) {
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => {
    const focus = (event: KeyboardEvent) => {
      const busy = event.target instanceof HTMLElement && event.target.closest('input, textarea, select, dialog')
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || busy) return
      event.preventDefault()
      input.current?.select()
    }
    window.addEventListener('keydown', focus)
    return () => window.removeEventListener('keydown', focus)
  }, [])
  return (
    <div className="find" role="search">
      <label className="sr" htmlFor="find-line">
        Search the log
      </label>
      <Glyph id="i-search" />
      <input
        ref={input}
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
      <span className="num found" aria-live="polite">
        {found}
      </span>
      <button className="icon-button small" type="button" aria-label="Previous match" onClick={() => onStep(-1)}>
        <Glyph id="i-up" />
      </button>
      <button className="icon-button small" type="button" aria-label="Next match" onClick={() => onStep(1)}>
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
        className="icon-button"
        type="button"
        aria-label="Download the whole log"
        title="Download the whole log"
        onClick={() => void download()}
      >
        <Glyph id="i-download" />
      </button>
      {refusal !== null && (
        <span className="refusal" role="alert">
          {refusal}
        </span>
      )}
    </>
  )
}
