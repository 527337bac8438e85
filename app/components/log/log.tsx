import { useVirtualizer } from '@tanstack/react-virtual'
import { memo, useCallback, useDeferredValue, useLayoutEffect, useMemo, useRef, useState, type ReactNode } from 'react'
import type { LogView, RunRef } from '../../../lib/client/live'
import { matcherOf } from '../../../lib/run/text/text-matcher'
import { linesText, type Known, type Place } from '../../nothing'
import { plural } from '../../labels'
import { Glyph } from '../icons'
import { Nothing } from '../nothing'
import { showTip } from '../tip'
import { useZone } from '../zone'
import { dayOf, withDays } from './days'
import { LogBar } from './log-bar'
import { LogRow } from './log-line'
import type { Stream } from './rows'
import { matchesIn, newerThan, rowsOf, streams } from './rows'
import nothing from '../nothing.module.css'
import styles from './log.module.css'

const ROW = 18
/** Within this distance of its end the log counts as read to the end, px. */
const AT_END = 8

interface Props {
  log: LogView
  /** How well it is known that these are all its lines. */
  known: Known
  run: RunRef
  /** The batch whose containers printed the lines; null for the backend's log. */
  batchId: string | null
  /** The tabs that switch to another log. */
  tabs: ReactNode
  /** Which log this is: selects the text shown while there is no line. */
  place: Place
  /** More lines may come, so the log can be followed. */
  grows: boolean
}

/**
 * A log. It follows its end until the reader scrolls up. From then on the visible rows stay in place, and a button shows how many
 * lines are new.
 */
export const Log = memo(function Log({ log, known, run, batchId, tabs, place, grows }: Props) {
  const { lines, dropped } = log
  const isRead = known !== 'reading' && known !== 'unread'
  const zone = useZone()
  const [shown, setShown] = useState<ReadonlySet<Stream>>(() => new Set(streams))
  const [wrap, setWrap] = useState(false)
  const [full, setFull] = useState(false)
  const [query, setQuery] = useState('')
  const [current, setCurrent] = useState<string | null>(null)
  /** The number of the last line when the reader stopped following; null while following. */
  const [left, setLeft] = useState<number | null>(null)
  const following = left === null

  const rows = useMemo(() => withDays(rowsOf(lines, dropped, shown), zone), [lines, dropped, shown, zone])
  const sought = useDeferredValue(query)
  const matcher = useMemo(() => matcherOf(sought), [sought])
  const matches = useMemo(() => matchesIn(rows, matcher), [rows, matcher])
  const match = matches.findIndex(index => rows[index]?.key === current)

  const scroller = useRef<HTMLDivElement>(null)
  const seen = useRef({ scrollTop: 0, scrollHeight: 0, clientHeight: 0 })
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    getItemKey: useCallback((index: number) => rows[index]?.key ?? index, [rows]),
    overscan: 16,
    anchorTo: 'end',
  })
  const height = virtualizer.scrollRect?.height
  useLayoutEffect(() => {
    if (following && rows.length > 0) virtualizer.scrollToEnd()
  }, [following, rows, wrap, height, virtualizer])

  const leave = () => setLeft(seq => seq ?? lines.at(-1)?.seq ?? 0)
  const step = (by: 1 | -1) => {
    if (matches.length === 0) return
    const visible = virtualizer.range?.startIndex ?? 0
    const from = match >= 0 ? match : matches.findIndex(index => index >= visible) - (by === 1 ? 1 : 0)
    const index = matches.at((from + by) % matches.length)
    if (index === undefined) return
    leave()
    setCurrent(rows[index]?.key ?? null)
    virtualizer.scrollToIndex(index, { align: 'center' })
  }
  const day = dayOf(rows, virtualizer.range?.startIndex ?? 0, zone)
  const fresh = left === null ? 0 : newerThan(rows, left)

  return (
    <section className={styles.log} id="log" aria-label="Log" data-wrap={wrap}>
      <LogBar
        run={run}
        batchId={batchId}
        tabs={tabs}
        note={`${linesText(lines.length, known)}, ${zone === 'utc' ? 'UTC' : 'local time'}`}
        shown={shown}
        onToggle={stream => setShown(new Set(streams.filter(name => shown.has(name) !== (name === stream))))}
        query={query}
        onQuery={text => {
          setQuery(text)
          setCurrent(null)
        }}
        found={matcher === null || !isRead ? '' : `${match + 1}/${matches.length}`}
        onStep={step}
        wrap={wrap}
        onWrap={() => setWrap(!wrap)}
        grows={grows}
        full={full}
        onFull={() => setFull(!full)}
        following={following}
        onFollow={() => (following ? leave() : setLeft(null))}
      />
      {day !== null && (
        <p className={styles.top} data-testid="log-top">
          {day}
        </p>
      )}
      <div
        ref={scroller}
        className={styles.lines}
        role="log"
        aria-live="off"
        aria-label={batchId === null ? 'The run’s log' : 'The batch’s log'}
        tabIndex={0}
        data-testid="log-lines"
        onClick={({ target }) => {
          const stamp = target instanceof Element && target.closest<HTMLElement>('time[title]')
          if (stamp) showTip(stamp, stamp.title)
        }}
        onWheel={event => event.deltaY < 0 && scroller.current?.scrollTop !== 0 && leave()}
        onScroll={event => {
          const { scrollTop, scrollHeight, clientHeight } = event.currentTarget
          const last = seen.current
          seen.current = { scrollTop, scrollHeight, clientHeight }
          const resized = scrollHeight !== last.scrollHeight || clientHeight !== last.clientHeight
          if (scrollHeight - scrollTop - clientHeight <= AT_END) setLeft(null)
          // A line that is higher than estimated, or a resized page, also moves the scroll position; the reader did not scroll up.
          else if (following && resized) virtualizer.scrollToEnd()
          else if (scrollTop < last.scrollTop) leave()
        }}
      >
        {rows.length === 0 || shown.size === 0 ? (
          <NoRows place={place} known={known} lines={lines.length} streams={shown.size} />
        ) : (
          <div className={styles.all} style={{ height: virtualizer.getTotalSize() }}>
            {virtualizer.getVirtualItems().map(item => {
              const row = rows[item.index]
              return (
                row && (
                  <div
                    key={item.key}
                    ref={virtualizer.measureElement}
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
        )}
      </div>
      {fresh > 0 && (
        <button className={styles.newLines} type="button" data-testid="new-lines" onClick={() => setLeft(null)}>
          <Glyph id="i-follow" />
          {plural(fresh, 'new line')}
        </button>
      )}
    </section>
  )
})

/** Lines that the reader has hidden must not make the log claim that there are none. */
function NoRows({ place, known, lines, streams }: { place: Place; known: Known; lines: number; streams: number }) {
  if (streams > 0 && lines === 0) return <Nothing in={place} known={known} />
  return (
    <p className={nothing.none}>
      {streams === 0 ? 'Every stream is hidden. Show one to read it.' : 'Every line is of a stream that is hidden.'}
    </p>
  )
}
