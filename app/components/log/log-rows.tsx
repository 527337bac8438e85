import { useVirtualizer } from '@tanstack/react-virtual'
import {
  useCallback,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
  type ComponentProps,
  type Ref,
} from 'react'
import type { Zone } from '../../zone'
import { showTip } from '../tip'
import { useMedia } from '../use-media'
import { dayOf } from './days'
import { LogRow } from './log-line'
import type { DatedRow } from './rows'
import styles from './log.module.css'

/** The height of a line until it is known, px: it follows the size of the reader's text. */
const ROW = 18
/** Within this distance of its end the log counts as read to the end, px. */
const AT_END = 8

/** How many rows are made beyond the view. */
const OVERSCAN = 16
/** For how long a log that gets more lines than that at once counts as fast, ms. */
const FAST_FOR = 300

/** The rows on the screen. */
export interface LogList {
  firstVisible: () => number
  show: (index: number) => void
}

export interface LogRowsProps {
  rows: readonly DatedRow[]
  matcher: RegExp | null
  /** The key of the match that is shown. */
  current: string | null
  zone: Zone
  full: boolean
  wrap: boolean
  following: boolean
  /** The attributes of the area that scrolls. */
  area: ComponentProps<'div'>
  ref: Ref<LogList>
  /** The reader has scrolled up. */
  onLeave: () => void
  /** The reader has scrolled to the end. */
  onEnd: () => void
}

/** The lines of a log, with the day of the topmost one. Only the visible rows are elements. */
export function LogRows({
  rows,
  matcher,
  current,
  zone,
  full,
  wrap,
  following,
  area,
  ref,
  onLeave,
  onEnd,
}: LogRowsProps) {
  const scroller = useRef<HTMLDivElement>(null)
  const seen = useRef({ scrollTop: 0, scrollHeight: 0, clientHeight: 0 })
  const [line, setLine] = useState(ROW)
  const tail = rows.at(-1)
  const isFast = useIsFast(tail?.kind === 'line' ? tail.line.seq : 0)
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => line,
    getItemKey: useCallback((index: number) => rows[index]?.key ?? index, [rows]),
    // Rows beyond the view help who scrolls. Where lines run through the view, each of them would be made for one frame.
    overscan: isFast && following ? 2 : OVERSCAN,
    anchorTo: 'end',
  })
  // Where no line wraps, every row has the same height: to measure the new ones costs a layout in each frame.
  const isPhone = useMedia('(max-width: 720px)', false)
  const isMeasured = wrap || isPhone
  useLayoutEffect(() => virtualizer.measure(), [isMeasured, line, virtualizer])
  useLayoutEffect(() => {
    const height = scroller.current ? parseFloat(getComputedStyle(scroller.current).lineHeight) : NaN
    if (height > 0) setLine(height)
  }, [])
  const height = virtualizer.scrollRect?.height
  useLayoutEffect(() => {
    if (following && rows.length > 0) virtualizer.scrollToEnd()
  }, [following, rows, wrap, height, virtualizer])

  useImperativeHandle(
    ref,
    () => ({
      firstVisible: () => virtualizer.range?.startIndex ?? 0,
      show: index => virtualizer.scrollToIndex(index, { align: 'center' }),
    }),
    [virtualizer],
  )
  const day = dayOf(rows, virtualizer.range?.startIndex ?? 0, zone)
  return (
    <>
      {day !== null && (
        <p className={styles.top} data-testid="log-top">
          {day}
        </p>
      )}
      <div
        ref={scroller}
        {...area}
        role="log"
        onClick={({ target }) => {
          const stamp = target instanceof Element && target.closest<HTMLElement>('time[title]')
          if (stamp) showTip(stamp, stamp.title)
        }}
        onWheel={event => event.deltaY < 0 && scroller.current?.scrollTop !== 0 && onLeave()}
        onScroll={event => {
          const { scrollTop, scrollHeight, clientHeight } = event.currentTarget
          const last = seen.current
          seen.current = { scrollTop, scrollHeight, clientHeight }
          const resized = scrollHeight !== last.scrollHeight || clientHeight !== last.clientHeight
          if (scrollHeight - scrollTop - clientHeight <= AT_END) onEnd()
          // A line that is higher than estimated, or a resized page, also moves the scroll position; the reader did not scroll up.
          else if (following && resized) virtualizer.scrollToEnd()
          else if (scrollTop < last.scrollTop) onLeave()
        }}
      >
        <div className={styles.all} style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map(item => {
            const row = rows[item.index]
            return (
              row && (
                <div
                  key={item.key}
                  ref={isMeasured ? virtualizer.measureElement : undefined}
                  data-index={item.index}
                  className={styles.slot}
                  style={{ transform: `translateY(${item.start}px)` }}
                >
                  <LogRow row={row} matcher={matcher} current={row.key === current} zone={zone} full={full} />
                </div>
              )
            )
          })}
        </div>
      </div>
    </>
  )
}

/** Whether the log gets more lines at once than are made beyond the view. @param newest the number of its last line; 0: none */
function useIsFast(newest: number): boolean {
  const [isFast, setFast] = useState(false)
  const last = useRef(newest)
  useEffect(() => {
    if (last.current > 0 && newest - last.current > OVERSCAN) setFast(true)
    last.current = newest
    const timer = setTimeout(() => setFast(false), FAST_FOR)
    return () => clearTimeout(timer)
  }, [newest])
  return isFast
}
