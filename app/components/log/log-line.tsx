import { memo, useState } from 'react'
import type { LogLine } from '../../../lib/run/model'
import { shownProse } from '../../../lib/run/text/display-text'
import { isError } from '../../../lib/run/text/log-level'
import type { Matcher } from '../../../lib/run/text/text-matcher'
import { fullText, momentText, preciseClockText } from '../../format'
import type { Zone } from '../../zone'
import { Glyph } from '../icons'
import { dayChange } from './days'
import type { BatchNames } from './log'
import { Speaker } from './speaker'
import { earlierStates, parsedLine, piecesOf, type Piece } from './line-text'
import { gapText, lostText, unlistedText, twinsText, twinsTitle } from './log-words'
import type { DatedRow } from './row'
import { sinceText, type RunStart } from './since-start'
import { streamWords } from './streams'
import type { FailedRead } from './whole-log'
import controls from '../controls.module.css'
import styles from './log-line.module.css'

interface Props {
  row: DatedRow
  matcher: Matcher | null
  /** The names of the batches that speak in the log. */
  names?: BatchNames | undefined
  /** Its matches are the ones that the search has come to. */
  current: boolean
  /** The page's address names this line. */
  marked: boolean
  /** What a link to a line begins with. */
  prefix: string
  zone: Zone
  /** Time stamps show date and offset. */
  full: boolean
  /** Time stamps tell how long after it the line came; null: they tell the time. */
  since?: RunStart | null
  /** Which lines of a gap could not be read, and why; null: they are being read, or were not needed yet. */
  failure: FailedRead | null
  onRetry: () => void
  /** Shows or folds the lines that say the same as this one. */
  onTwins?: (seq: number) => void
}

/** One row of the log. Agent text becomes text nodes only [SAFE-4]. */
export const LogRow = memo(function LogRow({ row, matcher, names, current, marked, prefix, zone, ...rest }: Props) {
  const { full, since = null, onTwins, ...gap } = rest
  if (row.kind === 'day') {
    return (
      <div className={styles.day} data-testid="log-day">
        <time dateTime={new Date(row.at).toISOString()}>{dayChange(row, zone)}</time>
      </div>
    )
  }
  if (row.kind === 'speaker') {
    return (
      <div className={styles.speaker} data-testid="log-speaker" data-batch-id={row.batch}>
        <span className={styles.speakerName}>
          <Speaker batch={row.batch} names={names} />
        </span>
      </div>
    )
  }
  if (row.kind === 'gap') return <Gap from={row.seq} to={row.to} {...gap} />
  if (row.kind === 'lost' || row.kind === 'unlisted') {
    return (
      <div className={styles.lost} data-testid="log-gap">
        <span className={styles.lostText}>
          <Glyph id="l-stale" />
          {row.kind === 'lost' ? lostText(row.seq, row.to) : unlistedText(row.count)}
        </span>
      </div>
    )
  }
  const { seq, at, source, stream } = row.line
  return (
    <div
      className={styles.line}
      data-testid="log-line"
      data-stream={stream}
      data-source={source}
      data-seq={seq}
      data-error={isError(row.line) || undefined}
      data-marked={marked || undefined}
      style={row.height > 1 ? { '--rows': row.height } : undefined}
    >
      {/* No Tab stop: the keys of the log itself move the mark. */}
      <a className={styles.number} href={`${prefix}${seq}`} data-line={seq} tabIndex={-1} draggable={false}>
        {seq}
      </a>
      <span className={styles.time} data-held>
        {at !== null && <Stamp at={at} zone={zone} full={full} since={since && sinceText(row.line, since)} />}
      </span>
      <span className={styles.stream}>{streamWords[stream]}</span>
      {row.twins && (
        <button
          className={styles.twins}
          type="button"
          data-testid="log-twins"
          aria-expanded={row.twins.isOpen}
          title={twinsTitle(row.twins.lines.length)}
          onClick={() => onTwins?.(seq)}
        >
          <span aria-hidden="true">×{row.twins.lines.length + 1}</span>
          <span className="sr">{twinsText(row.twins.lines.length)}</span>
        </button>
      )}
      {row.twins?.isOpen === false && row.twins.lines.map(line => <Folded key={line.seq} line={line} />)}
      <span className={styles.text}>
        <Text row={row} matcher={matcher} current={current} />
      </span>
    </div>
  )
})

/** A line that is folded into another one is in the page all the same: for programs, and for those who look for its text. */
function Folded({ line }: { line: LogLine }) {
  const { seq, stream, source } = line
  return (
    <span hidden data-testid="log-line" data-stream={stream} data-source={source} data-seq={seq}>
      {shownProse(parsedLine(line).plain)}
    </span>
  )
}

/** Lines that this page has not read. The text stays in view however many they are. */
function Gap({ from, to, failure, onRetry }: Pick<Props, 'failure' | 'onRetry'> & { from: number; to: number }) {
  return (
    <div className={styles.gap} data-testid="log-gap" data-from={from} data-to={to}>
      {failure === null ? (
        <p className={styles.gapText}>{gapText(from, to)}</p>
      ) : (
        <p className={styles.gapText} role="alert">
          <Glyph id="l-stale" />
          {`${gapText(failure.from, failure.to, 'failed')} ${shownProse(failure.error)}`}
          <button className={controls.smallButton} type="button" onClick={onRetry}>
            Read again
          </button>
        </p>
      )}
    </div>
  )
}

/** The log's bar switches all stamps to the full form at once. */
function Stamp({ at, zone, full, since }: { at: string; zone: Zone; full: boolean; since: string | null }) {
  const ms = Date.parse(at)
  return (
    <time dateTime={at} title={momentText(ms, zone)}>
      {since ?? (full ? fullText(ms, zone) : preciseClockText(ms, zone))}
    </time>
  )
}

type LineProps = Pick<Props, 'matcher' | 'current'> & { row: DatedRow & { kind: 'line' } }

function Text({ row, matcher, current }: LineProps) {
  const [isOpen, setOpen] = useState(false)
  const parsed = parsedLine(row.line)
  const earlier = earlierStates(parsed.plain)
  // What a search finds must be seen.
  const isWhole = isOpen || (earlier.length > 0 && matcher !== null && matcher.finds(parsed.plain))
  const pieces = piecesOf(parsed, matcher, isWhole)
  return (
    <>
      {earlier.length > 0 && (
        <button
          className={styles.earlier}
          type="button"
          aria-expanded={isWhole}
          title="A carriage return overwrote what stood here before"
          onClick={() => setOpen(!isOpen)}
        >
          {isWhole ? 'all states' : 'last state'}
        </button>
      )}
      {pieces.map((piece, index) => {
        const { link } = piece
        if (link === null) return <Part key={index} piece={piece} current={current} />
        if (pieces[index - 1]?.link === link) return null
        return (
          <a key={index} href={link.href} target="_blank" rel="noopener noreferrer">
            {pieces.map((part, n) => part.link === link && <Part key={n} piece={part} current={current} />)}
          </a>
        )
      })}
    </>
  )
}

function Part({ piece: { text, style, match }, current }: { piece: Piece; current: boolean }) {
  if (match) {
    return (
      <mark className={current ? styles.current : undefined} data-style={style}>
        {text}
      </mark>
    )
  }
  return style === '' ? text : <span data-style={style}>{text}</span>
}
