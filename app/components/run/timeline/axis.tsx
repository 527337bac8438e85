import { useState, type PointerEvent } from 'react'
import { classNames } from '../../../class-names'
import { placeStyle } from './css-variables'
import { between, tickText, ticksOf, type Range } from './range'
import styles from './axis.module.css'

/** The moment up to which the claims are known. */
export interface Edge {
  at: number
  kind: 'live' | 'heard'
}

interface Props {
  range: Range
  whole: Range
  edge: Edge | null
  watched: boolean
  onRange: (range: Range) => void
}

/** The times above the chart. Dragging along them shows the part that was dragged over [PAGE-5.6]. */
export function Axis({ range, whole, edge, watched, onRange }: Props) {
  const [brush, setBrush] = useState<{ from: number; to: number } | null>(null)
  const timeAt = ({ currentTarget, clientX }: PointerEvent<HTMLElement>) => {
    const { left, width } = currentTarget.getBoundingClientRect()
    const share = Math.min(1, Math.max(0, (clientX - left) / width))
    return range.from + share * (range.to - range.from)
  }
  const onDown = (event: PointerEvent<HTMLElement>) => {
    if (event.button !== 0) return
    event.currentTarget.setPointerCapture(event.pointerId)
    const at = timeAt(event)
    setBrush({ from: at, to: at })
  }
  const onUp = (event: PointerEvent<HTMLElement>) => {
    setBrush(null)
    const dragged = brush && between(brush.from, timeAt(event), whole)
    if (dragged) onRange(dragged)
  }
  return (
    <div className={styles.axis}>
      <span className={styles.label} aria-hidden="true">
        after the start
      </span>
      <div
        className={styles.scale}
        role="slider"
        tabIndex={0}
        aria-label="Shown part of the run"
        aria-orientation="horizontal"
        aria-valuemin={0}
        aria-valuemax={Math.round(whole.to / 1000)}
        aria-valuenow={Math.round(range.from / 1000)}
        aria-valuetext={`${tickText(range.from)} to ${tickText(range.to)}`}
        aria-keyshortcuts="+ - 0 ArrowLeft ArrowRight"
        title="Drag to zoom. Keys: + and - zoom, 0 shows the whole run, arrows move."
        data-axis
        onPointerDown={onDown}
        onPointerMove={event => setBrush(drawn => drawn && { from: drawn.from, to: timeAt(event) })}
        onPointerUp={onUp}
        onPointerCancel={() => setBrush(null)}
      >
        <div className={styles.ticks} aria-hidden="true">
          {ticksOf(range).map(at => (
            <span key={at} className={styles.tick} style={placeStyle(at)}>
              {tickText(at)}
            </span>
          ))}
          {edge && edge.at >= range.from && edge.at <= range.to && (
            <span className={classNames(styles.tick, styles.edge)} data-kind={edge.kind} style={placeStyle(edge.at)}>
              {edge.kind === 'live' ? 'live' : 'heard until'} {tickText(Math.floor(edge.at / 1000) * 1000)}
            </span>
          )}
        </div>
        {brush && (
          <span
            className={styles.brush}
            style={placeStyle(Math.min(brush.from, brush.to), Math.max(brush.from, brush.to))}
          />
        )}
      </div>
      <span className={styles.took} aria-hidden="true">
        took
      </span>
      {watched && (
        <span className={styles.verdict} aria-hidden="true">
          verdict
        </span>
      )}
    </div>
  )
}
