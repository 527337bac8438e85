import { useVirtualizer, type Range as VisibleRows } from '@tanstack/react-virtual'
import {
  useCallback,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
  type ComponentProps,
  type KeyboardEvent,
  type MouseEvent,
  type Ref,
} from 'react'
import type { Matcher } from '../../../lib/run/text/text-matcher'
import type { Zone } from '../../zone'
import { showTip } from '../tip'
import { useMedia } from '../use-media'
import { printedPart } from '../printed-words'
import { useKeptScroll, usePrinting } from '../printing'
import { dayOf } from './days'
import { topOfLines, wayToView } from './keep-in-view'
import type { Mark } from './line-mark'
import type { BatchNames } from './log'
import { LogRow } from './log-line'
import { Speaker } from './speaker'
import type { Span } from './log-ranges'
import type { DatedRow } from './row'
import { printedRows } from './printed-rows'
import { indexOf } from './rows'
import type { RunStart } from './since-start'
import { speakerAt } from './speakers'
import { useSelectedRows } from './use-selected-rows'
import type { FailedRead } from './whole-log'
import paper from '../printed.module.css'
import styles from './log.module.css'

/** The height of a line until it is known, px: it follows the size of the reader's text. */
const ROW = 18
/** Within this distance of its end the log counts as read to the end, px. */
const AT_END = 8

/** How many rows are made beyond the view. */
const OVERSCAN = 16
/** For how many frames at most a line is brought into view while rows are still measured. */
const MOST_TRIES = 10
/** For so many frames it has to stay there. */
const STILL = 3
/** For how long a log that gets more lines than that at once counts as fast, ms. */
const FAST_FOR = 300

/** The rows on the screen. */
export interface LogList {
  /** The first line in view. */
  firstVisible: () => number
}

/** A line to bring into view; each request is another object. */
export interface Jump {
  readonly seq: number
  /** The last of the lines that the address names: they come to the middle of the view, and stay in it until the reader moves it. */
  readonly to?: number
}

export interface LogRowsProps {
  rows: readonly DatedRow[]
  matcher: Matcher | null
  /** The names of the batches that speak in the log. */
  names: BatchNames | undefined
  /** The line of the match that is shown. */
  current: number | null
  mark: Mark | null
  prefix: string
  zone: Zone
  full: boolean
  /** Time stamps tell how long after it a line came; null: they tell the time. */
  since: RunStart | null
  wrap: boolean
  following: boolean
  jump: Jump | null
  failed: FailedRead | null
  /** The attributes of the area that scrolls. */
  area: ComponentProps<'div'>
  ref: Ref<LogList>
  /** The reader has scrolled up, or selects text. */
  onLeave: () => void
  /** The reader has scrolled to the end. */
  onEnd: () => void
  /** These lines are in view. */
  onLook: (seen: Span) => void
  onRetry: () => void
  /** The reader pressed the number of a line. */
  onMark: (seq: number, extend: boolean) => void
  /** Shows or folds the lines that say the same as this one. */
  onTwins: (seq: number) => void
  /** A key was pressed in the log. */
  onKey: (event: KeyboardEvent) => void
}

/** The lines of a log, with the day of the topmost one. Only the visible rows are elements. */
export function LogRows(props: LogRowsProps) {
  const { rows, matcher, current, mark, prefix, zone, full, since, wrap, following, jump, failed, area, names, ref } =
    props
  const { onLeave, onEnd, onLook, onRetry, onMark, onTwins, onKey } = props
  const scroller = useRef<HTMLDivElement>(null)
  const seen = useRef({ scrollTop: 0, scrollHeight: 0, clientHeight: 0 })
  const [line, setLine] = useState(ROW)
  const isFast = useIsFast(rows.at(-1)?.seq ?? 0)
  const { copy, withSelected } = useSelectedRows(scroller, rows, onLeave)
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: index => (rows[index]?.height ?? 1) * line,
    getItemKey: useCallback((index: number) => rows[index]?.key ?? index, [rows]),
    // Rows beyond the view help who scrolls. Where lines run through the view, each of them would be made for one frame.
    overscan: isFast && following ? 2 : OVERSCAN,
    rangeExtractor: useCallback((range: VisibleRows) => withSelected(range), [withSelected]),
    anchorTo: 'end',
  })
  // Where no line wraps, every row's height is known: to measure the new ones costs a layout in each frame.
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

  /** The line at a distance from the top of the view, and how far its top is above that. */
  const lineAt = useCallback(
    (below: number) => {
      // The virtualizer hears of a scroll only after React.
      const at = (scroller.current?.scrollTop ?? 0) + below
      const item = virtualizer.getVirtualItemForOffset(at)
      const row = item && rows[item.index]
      if (!item || !row) return null
      const past = Math.max(0, at - item.start)
      const lines = row.kind === 'gap' ? Math.min(row.height - 1, Math.floor(past / line)) : 0
      return { key: row.key, seq: row.seq + lines, past: past - lines * line, isGap: row.kind === 'gap' }
    },
    [virtualizer, rows, line],
  )
  /** Where the view has to begin to show a line at its top, px. */
  const topOf = useCallback(
    (seq: number) => {
      const index = Math.max(0, indexOf(rows, seq))
      const row = rows[index]
      const lines = row?.kind === 'gap' ? Math.max(0, Math.min(seq, row.to, row.seq + row.height - 1) - row.seq) : 0
      return { row, top: (virtualizer.getOffsetForIndex(index, 'start')?.[0] ?? 0) + lines * line }
    },
    [virtualizer, rows, line],
  )
  const look = useCallback(() => {
    const [first, last] = [lineAt(0), lineAt(virtualizer.scrollRect?.height ?? 0)]
    // Where the newest lines run through the view, they are all there: to say so would render the log twice.
    if (first && last && (!following || first.isGap)) onLook({ from: first.seq, to: last.seq })
  }, [lineAt, virtualizer, following, onLook])
  useEffect(look)

  // The virtualizer keeps the topmost row in place. Where that row is gone, because its lines were loaded or hidden, this does.
  const top = useRef<ReturnType<typeof lineAt>>(null)
  const wanted = useRef<Jump | null>(null)
  /** The jump whose lines have come to their place once, and where the view began then, px. */
  const settled = useRef<{ jump: Jump; top: number } | null>(null)
  useLayoutEffect(() => {
    const last = top.current
    const now = last && !following && wanted.current === null ? topOf(last.seq) : null
    const at = now && last ? now.top + last.past : 0
    const isMoved = now && last && (last.isGap || now.row?.key !== last.key)
    if (isMoved && Math.abs(at - (scroller.current?.scrollTop ?? 0)) >= 1) {
      virtualizer.scrollToOffset(at)
      top.current = { ...last, key: now.row?.key ?? '', isGap: now.row?.kind === 'gap' }
    } else top.current = lineAt(0)
  }, [rows, following, topOf, lineAt, virtualizer])

  /** A jump is no reading to the end: the log does not follow because of it. */
  const isReading = useRef(true)
  useLayoutEffect(() => {
    wanted.current = jump
    if (jump) isReading.current = false
  }, [jump])
  useLayoutEffect(() => {
    const asked = wanted.current
    if (asked === null || following) return
    const half = (virtualizer.scrollRect?.height ?? 0) / 2
    let [tries, still] = [0, 0]
    const settle = () => {
      const area = scroller.current
      if (!area || wanted.current !== asked) return
      const { row, top: at } = topOf(asked.seq)
      if (asked.to !== undefined) {
        const end = topOf(asked.to).top + (heightOf(area, asked.to) ?? line)
        const top = topOfLines({ from: at, to: end }, area.clientHeight, area.scrollHeight)
        const isIn = at >= area.scrollTop && end <= area.scrollTop + area.clientHeight
        // From then on they only have to stay in view: what is read does not move.
        if (settled.current?.jump === asked && isIn) return
        if (Math.abs(area.scrollTop - top) < 1) {
          settled.current = { jump: asked, top: area.scrollTop }
          return
        }
        if (tries > MOST_TRIES) return
        tries += 1
        settled.current = null
        virtualizer.scrollToOffset(top)
        requestAnimationFrame(settle)
        return
      }
      const element = row?.kind === 'line' && area.querySelector(`[data-seq="${row.seq}"]`)
      // The rows come into being at the next render, or their lines are read first.
      if (!element) {
        virtualizer.scrollToOffset(at - half)
        return
      }
      const { down, right } = wayToView(area, element)
      if (down !== 0) virtualizer.scrollToOffset(area.scrollTop + down)
      if (right !== 0) area.scrollLeft += right
      tries += 1
      still = down === 0 && right === 0 ? still + 1 : 0
      // The rows above it may still be measured.
      if (still >= STILL || tries > MOST_TRIES) wanted.current = null
      else requestAnimationFrame(settle)
    }
    settle()
  })
  const read = () => {
    wanted.current = null
    isReading.current = true
  }

  useImperativeHandle(ref, () => ({ firstVisible: () => lineAt(0)?.seq ?? 1 }), [lineAt])
  const topmost = virtualizer.range?.startIndex ?? 0
  const day = dayOf(rows, topmost, zone)
  const speaker = names && speakerAt(rows, topmost)
  const isPrinting = usePrinting()
  useKeptScroll(() => scroller.current, isPrinting)
  const printed = isPrinting ? printedRows(rows, following ? rows.length : topmost) : null
  const rowOf = (row: DatedRow) => {
    const isFailed = row.kind === 'gap' && failed && failed.from <= row.to && failed.to >= row.seq
    return (
      <LogRow
        key={row.key}
        row={row}
        matcher={matcher}
        names={names}
        current={row.seq === current}
        marked={mark !== null && row.seq >= mark.from && row.seq <= mark.to}
        prefix={prefix}
        zone={zone}
        full={full}
        since={since}
        failure={isFailed ? failed : null}
        onRetry={onRetry}
        onTwins={onTwins}
      />
    )
  }
  return (
    <>
      {printed?.part && (
        <p className={paper.cut} data-testid="printed-part">
          {printedPart('lines', printed.part.from, printed.part.to, printed.part.last)}
        </p>
      )}
      {day !== null && (
        <p className={styles.top} data-testid="log-top">
          {speaker !== undefined && (
            <span className={styles.speaking}>
              <Speaker batch={speaker} names={names} />
            </span>
          )}
          {day}
        </p>
      )}
      <div
        ref={scroller}
        {...area}
        role="log"
        onClick={event => {
          const { target } = event
          const stamp = target instanceof Element && target.closest<HTMLElement>('time[title]')
          if (stamp) showTip(stamp, stamp.title)
          const seq = lineOfLink(event)
          if (seq !== null) onMark(seq, event.shiftKey)
        }}
        onCopy={copy}
        onPointerDown={read}
        onTouchMove={read}
        onKeyDown={event => {
          read()
          onKey(event)
        }}
        onWheel={event => {
          read()
          if (event.deltaY < 0 && scroller.current?.scrollTop !== 0) onLeave()
        }}
        onScroll={event => {
          if (isPrinting) return
          const { scrollTop, scrollHeight, clientHeight } = event.currentTarget
          const last = seen.current
          seen.current = { scrollTop, scrollHeight, clientHeight }
          const resized = scrollHeight !== last.scrollHeight || clientHeight !== last.clientHeight
          const place = settled.current
          const isLeft = place !== null && place.jump === wanted.current && Math.abs(place.top - scrollTop) > 1
          if (isLeft && !resized) wanted.current = null
          if (scrollHeight - scrollTop - clientHeight <= AT_END && isReading.current) onEnd()
          // A line that is higher than estimated, or a resized page, also moves the scroll position; the reader did not scroll up.
          else if (following && resized) virtualizer.scrollToEnd()
          else if (scrollTop < last.scrollTop) onLeave()
          top.current = lineAt(0)
          look()
        }}
      >
        {printed?.rows.map(rowOf)}
        <div className={styles.all} style={{ height: virtualizer.getTotalSize() }} hidden={isPrinting}>
          {(isPrinting ? [] : virtualizer.getVirtualItems()).map(item => {
            const row = rows[item.index]
            if (!row) return null
            const isGap = row.kind === 'gap'
            return (
              <div
                key={item.key}
                ref={isMeasured && !isGap ? virtualizer.measureElement : undefined}
                data-index={item.index}
                className={styles.slot}
                style={{ transform: `translateY(${item.start}px)`, height: isGap ? item.size : undefined }}
              >
                {rowOf(row)}
              </div>
            )
          })}
        </div>
      </div>
    </>
  )
}

const heightOf = (area: Element, seq: number): number | undefined =>
  area.querySelector(`[data-seq="${seq}"]`)?.getBoundingClientRect().height

/** The line whose number was pressed, unless the browser is to open its link elsewhere. */
function lineOfLink(event: MouseEvent): number | null {
  const link = event.target instanceof Element && event.target.closest<HTMLElement>('a[data-line]')
  if (!link || event.ctrlKey || event.metaKey || event.altKey) return null
  event.preventDefault()
  return Number(link.dataset['line'])
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
