import { useState, type PointerEvent } from 'react'
import { classNames } from '../../../class-names'
import { placeStyle } from './css-variables'
import type { Edge } from './edges'
import { between, tickText, type Range } from './range'
import styles from './axis.module.css'

/** Up to this share of the axis the label of the edge is on its right, and then on its left. */
const EARLY = 0.4
/** The room of the labels of the edge and of a tick, px. */
const EDGE = { live: 96, heard: 130, then: 96 }
const TICK = 56

/** Whether the label of a tick is within the axis, and clear of the label of the edge. */
function hasRoom(at: number, edge: Edge | null, range: Range, width: number): boolean {
  const placeOf = (time: number) => ((time - range.from) / (range.to - range.from)) * width
  const end = placeOf(at) + TICK
  if (end > width || edge === null) return end <= width
  const place = placeOf(edge.at)
  const [from, to] = place < EARLY * width ? [place, place + EDGE[edge.kind]] : [place - EDGE[edge.kind], place]
  return end < from || placeOf(at) > to
}

interface Props {
  range: Range
  whole: Range
  ticks: readonly number[]
  edge: Edge | null
  /** Of the axis, px. */
  width: number
  watched: boolean
  onRange: (range: Range) => void
}

/** The times above the chart. Dragging along them shows the part that was dragged over [PAGE-5.6]. */
export function Axis({ range, whole, ticks, edge, width, watched, onRange }: Props) {
  const [brush, setBrush] = useState<{ from: number; to: number } | null>(null)
  const timeAt = ({ currentTarget, clientX }: PointerEvent<HTMLElement>) => {
    const box = currentTarget.getBoundingClientRect()
    const share = Math.min(1, Math.max(0, (clientX - box.left) / box.width))
    return range.from + share * (range.to - range.from)
  }
  const shareOf = (at: number) => (at - range.from) / (range.to - range.from)
  const shown = edge && edge.at >= range.from && edge.at <= range.to ? edge : null
  const onDown = (event: PointerEvent<HTMLElement>) => {
    if (event.button !== 0) return
    event.currentTarget.setPointerCapture(event.pointerId)
    const at = timeAt(event)
    setBrush({ from: at, to: at })
  }
  const onUp = (event: PointerEvent<HTMLElement>) => {
    setBrush(null)
    const dragged = brush && between(brush.from, timeAt(event), range, whole)
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
        onPointerMove={event => {
          if (brush) setBrush({ from: brush.from, to: timeAt(event) })
        }}
        onPointerUp={onUp}
        onPointerCancel={() => setBrush(null)}
      >
        <div className={styles.ticks} aria-hidden="true">
          {ticks.map(at => (
            <span key={at} className={styles.tick} style={placeStyle(at)}>
              {hasRoom(at, shown, range, width) ? tickText(at) : ''}
            </span>
          ))}
          {shown && (
            <span
              className={classNames(styles.tick, styles.edge)}
              data-kind={shown.kind}
              data-early={shareOf(shown.at) < EARLY || undefined}
              style={placeStyle(shown.at)}
            >
              {shown.kind === 'heard' ? 'heard until' : shown.kind} {tickText(Math.floor(shown.at / 1000) * 1000)}
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
