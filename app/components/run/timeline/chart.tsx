import { useEffect, useEffectEvent, useLayoutEffect, useState, type ReactNode } from 'react'
import { useOfTime } from '../../../../lib/client/live'
import { Axis } from './axis'
import { chartStyle, placeStyle } from './css-variables'
import { edgesOf, type ChartClock } from './edges'
import { moved, rangeOf, TICKS, ticksOf, wholeRun, zoomed, type Range, type RangeChoice } from './range'
import styles from './chart.module.css'

interface Props {
  clock: ChartClock
  choice: RangeChoice
  onChoice: (choice: RangeChoice) => void
  watched: boolean
  /** The rows. They do not render as time passes: this component sets the properties that their bars are placed by. */
  children: ReactNode
}

/** Axis, grid and edges around the rows. Renders once a second while a bar is open [PAGE-5.5]. */
export function Chart({ clock, choice, onChoice, watched, children }: Props) {
  const [box, setBox] = useState<HTMLElement | null>(null)
  const { isLive, isSeen, frozenAt, unseenAt, isPast } = clock
  const grows = isLive || isSeen
  const now = useOfTime(time => time, (isLive && frozenAt === null) || (isSeen && unseenAt === null))
  const { claims, evidence, edge } = edgesOf(clock, now)
  const latest = Math.max(clock.latest, isLive ? claims : 0, isSeen ? evidence : 0)
  const whole = wholeRun(latest, grows)
  const range = rangeOf(choice, latest, grows)
  const width = useAxisWidth(box)
  const ticks = ticksOf(range, Math.min(TICKS, Math.max(2, Math.floor(width / PER_TICK))))
  useZoom(box, range, whole, onChoice)
  return (
    <div
      ref={setBox}
      data-claims={frozenAt === null ? 'current' : 'old'}
      data-evidence={unseenAt === null ? 'current' : 'old'}
      data-then={isPast || undefined}
      style={chartStyle(range, claims, evidence)}
    >
      <Axis range={range} whole={whole} ticks={ticks} edge={edge} width={width} watched={watched} onRange={onChoice} />
      <div className={styles.body}>
        <div className={styles.lines} aria-hidden="true">
          <div>
            {ticks.map(at => (
              <i key={at} style={placeStyle(at)} />
            ))}
            {edge && <i data-edge={edge.kind} style={placeStyle(edge.at)} />}
            {frozenAt !== null && isSeen && unseenAt === null && <i data-edge="seen" style={placeStyle(evidence)} />}
          </div>
        </div>
        {children}
      </div>
    </div>
  )
}

/** The room that a tick needs for its label, px. */
const PER_TICK = 72
/** The width of the axis until it is measured, px. */
const FIRST_WIDTH = 900

function useAxisWidth(box: HTMLElement | null): number {
  const [width, setWidth] = useState(FIRST_WIDTH)
  useLayoutEffect(() => {
    const axis = box?.querySelector('[data-axis]')
    if (!axis) return
    const look = () => setWidth(axis.clientWidth || FIRST_WIDTH)
    look()
    const observer = new ResizeObserver(look)
    observer.observe(axis)
    return () => observer.disconnect()
  }, [box])
  return width
}

/** How much a key or a step of the wheel zooms. */
const STEP = 1.5

/**
 * Zoom by keys while the focus is in the chart, and by the wheel over the axis or with Ctrl or ⌘; elsewhere the wheel scrolls. The
 * listeners are the browser's own: React's can't keep the wheel from scrolling.
 */
function useZoom(box: HTMLElement | null, range: Range, whole: Range, onChoice: (choice: RangeChoice) => void) {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const chosen = chosenByKey(event.key, range, whole)
    if (chosen === null) return
    event.preventDefault()
    onChoice(chosen)
  })
  const onWheel = useEffectEvent((event: WheelEvent) => {
    const scale = box?.querySelector('[data-axis]')
    if (!scale || !(event.target instanceof Node)) return
    const isOnAxis = scale.contains(event.target)
    if (!isOnAxis && !event.ctrlKey && !event.metaKey) return
    event.preventDefault()
    const { left, width } = scale.getBoundingClientRect()
    const share = Math.min(1, Math.max(0, (event.clientX - left) / width))
    const at = range.from + share * (range.to - range.from)
    if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) onChoice(moved(range, event.deltaX / width, whole))
    else if (event.deltaY !== 0) onChoice(zoomed(range, event.deltaY > 0 ? STEP : 1 / STEP, at, whole))
  })
  useEffect(() => {
    if (!box) return
    const key = (event: KeyboardEvent) => onKey(event)
    const wheel = (event: WheelEvent) => onWheel(event)
    box.addEventListener('keydown', key)
    box.addEventListener('wheel', wheel, { passive: false })
    return () => {
      box.removeEventListener('keydown', key)
      box.removeEventListener('wheel', wheel)
    }
  }, [box])
}

function chosenByKey(key: string, range: Range, whole: Range): RangeChoice | null {
  const middle = (range.from + range.to) / 2
  switch (key) {
    case '+':
    case '=':
      return zoomed(range, 1 / STEP, middle, whole)
    case '-':
      return zoomed(range, STEP, middle, whole)
    case '0':
      return 'whole'
    case 'ArrowLeft':
      return moved(range, -0.25, whole)
    case 'ArrowRight':
      return moved(range, 0.25, whole)
    default:
      return null
  }
}
