import { memo, useDeferredValue, useMemo, useRef, useState, type ReactNode } from 'react'
import { LatePart } from '../../../lib/client/late'
import type { LogView, RunRef } from '../../../lib/client/live'
import { matcherOf } from '../../../lib/run/text/text-matcher'
import { linesText, type Known, type Place } from '../../nothing'
import { plural } from '../../labels'
import { Glyph } from '../icons'
import { Nothing } from '../nothing'
import { useZone } from '../zone'
import { lateComponent } from '../late-component'
import { LogBar } from './log-bar'
import type { LogList, LogRowsProps } from './log-rows'
import { streams, type Stream } from './streams'
import nothing from '../nothing.module.css'
import styles from './log.module.css'

/** The rows come as late: no line can come before the page has a connection. */
const LateRows = lateComponent<LogRowsProps>(
  async () => (await import('./log-rows')).LogRows,
  ({ area }) => <div {...area} role="log" />,
)

/** The functions that only lines need come as late as their rows. */
const late = new LatePart(async () => {
  const parts = await Promise.all([import('./rows'), import('./days'), import('./search')])
  const [{ newerThan, rowsOf }, { withDays }, { matchesIn }] = parts
  return { newerThan, rowsOf, withDays, matchesIn }
})

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

  const rows = useMemo(
    () => late.loaded?.withDays(late.loaded.rowsOf(lines, dropped, shown), zone) ?? [],
    [lines, dropped, shown, zone],
  )
  const sought = useDeferredValue(query)
  const matcher = useMemo(() => matcherOf(sought), [sought])
  const matches = useMemo(() => late.loaded?.matchesIn(rows, matcher) ?? [], [rows, matcher])
  const match = matches.findIndex(index => rows[index]?.key === current)

  const list = useRef<LogList>(null)
  const leave = () => setLeft(seq => seq ?? lines.at(-1)?.seq ?? 0)
  const step = (by: 1 | -1) => {
    if (matches.length === 0) return
    const visible = list.current?.firstVisible() ?? 0
    const from = match >= 0 ? match : matches.findIndex(index => index >= visible) - (by === 1 ? 1 : 0)
    const index = matches.at((from + by) % matches.length)
    if (index === undefined) return
    leave()
    setCurrent(rows[index]?.key ?? null)
    list.current?.show(index)
  }
  const area = {
    className: styles.lines,
    'aria-live': 'off',
    'aria-label': batchId === null ? 'The run’s log' : 'The batch’s log',
    tabIndex: 0,
    'data-testid': 'log-lines',
  } as const
  const fresh = left === null ? 0 : (late.loaded?.newerThan(rows, left) ?? 0)

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
      {rows.length === 0 || shown.size === 0 ? (
        <div {...area} role="log">
          <NoRows place={place} known={known} lines={lines.length} streams={shown.size} />
        </div>
      ) : (
        <LateRows
          {...{ rows, matcher, current, zone, full, wrap, following, area, ref: list }}
          onLeave={leave}
          onEnd={() => setLeft(null)}
        />
      )}
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
