import { memo } from 'react'
import { fullText, momentText, preciseClockText } from '../../format'
import type { Zone } from '../../zone'
import { Glyph } from '../icons'
import { dayChange } from './days'
import type { DatedRow, Row } from './rows'
import { streamWords } from './streams'
import { highlight, parsedLine } from './search'
import styles from './log-line.module.css'

interface Props {
  row: DatedRow
  matcher: RegExp | null
  current: boolean
  zone: Zone
  /** Time stamps show date and offset. */
  full: boolean
}

/** One row of the log. Agent text becomes text nodes only [SAFE-4]. */
export const LogRow = memo(function LogRow({ row, matcher, current, zone, full }: Props) {
  if (row.kind === 'day') {
    return (
      <div className={styles.day} data-testid="log-day">
        <time dateTime={new Date(row.at).toISOString()}>{dayChange(row, zone)}</time>
      </div>
    )
  }
  if (row.kind === 'gap') {
    const lines = `${row.missing.toLocaleString('en')} ${row.missing === 1 ? 'line' : 'lines'}`
    return (
      <div className={styles.gap} data-testid="log-gap">
        <span className={styles.gapText}>
          <Glyph id="l-stale" />
          {row.oldest ? `${lines} dropped: older than what this page keeps.` : `${lines} missing here.`}
        </span>
      </div>
    )
  }
  const { at, stream } = row.line
  return (
    <div className={styles.line} data-stream={stream} data-seq={row.line.seq}>
      <span className={styles.time}>{at !== null && <Stamp at={at} zone={zone} full={full} />}</span>
      <span className={styles.stream}>{streamWords[stream]}</span>
      <span className={styles.text}>
        <Text row={row} matcher={matcher} current={current} />
      </span>
    </div>
  )
})

/** Selectable text, and no Tab stop: the log's bar switches all stamps to the full form at once. */
function Stamp({ at, zone, full }: { at: string; zone: Zone; full: boolean }) {
  const ms = Date.parse(at)
  return (
    <time dateTime={at} title={momentText(ms, zone)}>
      {full ? fullText(ms, zone) : preciseClockText(ms, zone)}
    </time>
  )
}

function Text({ row, matcher, current }: { row: Row & { kind: 'line' }; matcher: RegExp | null; current: boolean }) {
  const parsed = parsedLine(row.line)
  const pieces = matcher === null ? parsed.spans.map(span => ({ ...span, match: false })) : highlight(parsed, matcher)
  return pieces.map(({ text, style, match }, index) =>
    match ? (
      <mark key={index} className={current ? styles.current : undefined} data-style={style}>
        {text}
      </mark>
    ) : style === '' ? (
      text
    ) : (
      <span key={index} data-style={style}>
        {text}
      </span>
    ),
  )
}
