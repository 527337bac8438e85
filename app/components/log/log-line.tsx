import { memo } from 'react'
import type { Zone } from '../../format'
import { preciseClockText } from '../../format'
import { Glyph } from '../marks'
import type { Row, Stream } from './rows'
import { highlight, parsedLine } from './rows'

export const streamWords: Record<Stream, string> = { stdout: 'out', stderr: 'err', system: 'system' }

interface Props {
  row: Row
  matcher: RegExp | null
  current: boolean
  zone: Zone
}

/** One row of the log. Agent text becomes text nodes and nothing else [SAFE-4]. */
export const LogRow = memo(function LogRow({ row, matcher, current, zone }: Props) {
  if (row.kind === 'gap') {
    const lines = `${row.missing.toLocaleString('en')} ${row.missing === 1 ? 'line' : 'lines'}`
    return (
      <div className="line gap" data-testid="log-gap">
        <span className="gap-text">
          <Glyph id="l-stale" />
          {row.oldest ? `${lines} dropped: older than what this page keeps.` : `${lines} missing here.`}
        </span>
      </div>
    )
  }
  const { at, stream } = row.line
  return (
    <div className="line" data-stream={stream} data-seq={row.line.seq}>
      <span className="t">{at === null ? '' : preciseClockText(Date.parse(at), zone)}</span>
      <span className="src">{streamWords[stream]}</span>
      <span className="text">
        <Text row={row} matcher={matcher} current={current} />
      </span>
    </div>
  )
})

function Text({ row, matcher, current }: { row: Row & { kind: 'line' }; matcher: RegExp | null; current: boolean }) {
  const parsed = parsedLine(row.line)
  const pieces = matcher === null ? parsed.spans.map(span => ({ ...span, match: false })) : highlight(parsed, matcher)
  return pieces.map(({ text, className, match }, index) =>
    match ? (
      <mark key={index} className={current ? `current ${className}` : className}>
        {text}
      </mark>
    ) : className === '' ? (
      text
    ) : (
      <span key={index} className={className}>
        {text}
      </span>
    ),
  )
}
