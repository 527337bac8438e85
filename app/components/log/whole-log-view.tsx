import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore, type KeyboardEvent } from 'react'
import { plural } from '../../labels'
import { MERGED } from '../../log-id'
import { linesText } from '../../nothing'
import { Glyph } from '../icons'
import { Nothing } from '../nothing'
import { stampsSinceStart } from '../tools/stored-choice'
import { useZone } from '../zone'
import { EmptyArea } from './empty-area'
import { linkPrefix } from './line-mark'
import { areaOf, type LogProps } from './log'
import { Display, Filter } from './log-controls'
import { LogFrame } from './log-frame'
import { LogRows, type Jump, type LogList } from './log-rows'
import { LogSearch } from './log-search'
import type { LogFilter } from './row'
import { newerThan, pickedRowsOf, rowsOf } from './rows'
import { nextMatch } from './search-state'
import { startOf } from './since-start'
import { streams } from './streams'
import { useLogSearch, type Query } from './use-log-search'
import { useMark } from './use-mark'
import { usePickedLog } from './use-picked-log'
import { useWholeLog } from './use-whole-log'
import { lastOf } from './whole-log'
import { storeWrap, wrapsLines } from './wrap-choice'
import nothing from '../nothing.module.css'
import styles from './log.module.css'

const all: LogFilter = { streams: new Set(streams), source: null, isErrors: false }
const noQuery: Query = { text: '', isPattern: false }
const noSources: readonly string[] = []

/**
 * A log, from its first line to its newest [LOG-2]. It follows its end until the reader scrolls up. From then on the visible rows stay
 * in place, and a button shows how many lines are new.
 */
export function WholeLogView({
  log: view,
  known,
  run,
  logId,
  sources = noSources,
  names,
  tabs,
  place,
  grows,
  start: { startedAt, clockOffset, wasClockSet },
}: LogProps) {
  const zone = useZone()
  const [filter, setFilter] = useState(all)
  const [wrap, setWrap] = useState(wrapsLines)
  const [full, setFull] = useState(false)
  const isSince = useSyncExternalStore(stampsSinceStart.listen, stampsSinceStart.get, () => false)
  const start = useMemo(() => startOf(startedAt, clockOffset, wasClockSet), [startedAt, clockOffset, wasClockSet])
  const since = isSince && !full ? start : null
  const [query, setQuery] = useState(noQuery)
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set())
  const [current, setCurrent] = useState<number | null>(null)
  const { mark, focus, set: setMark, clear } = useMark(logId)
  const [jump, setJump] = useState<Jump | null>(mark && { seq: mark.from, to: mark.to })
  /** The number of the last line when the reader stopped following; null while following. 0: no line was there. */
  const [left, setLeft] = useState<number | null>(mark && 0)
  // Where the page scrolls, the log may be far below.
  const [isLinked] = useState(mark !== null)
  useEffect(() => {
    if (isLinked) document.getElementById('log')?.scrollIntoView({ block: 'nearest' })
  }, [isLinked])
  const following = left === null
  const last = lastOf(view)
  // Who opens a link to a line has not seen the lines that were there before as old ones.
  if (left === 0 && last > 0) setLeft(last)

  const isConnected = known === 'current' || known === 'silent'
  // Which of all lines are shown; where a filter hides some, only the others have a place.
  const shown = useLogSearch(run, logId, noQuery, view, filter, isConnected)
  const isPicked = shown.asked !== null
  const whole = useWholeLog(run, logId, view, following, isConnected && !isPicked)
  const picked = usePickedLog(run, logId, view, filter, shown, isConnected)
  const { look, retry } = isPicked ? picked : whole
  const sought = useLogSearch(run, logId, query, view, filter, isConnected && query.text !== '')
  const search = query.text === '' ? shown : sought
  const { matcher, found, asked } = search
  // What a search finds must be seen, also where it says the same as the line before it.
  const isFolded = query.text === ''
  const isMerged = logId === MERGED
  const { from: markedFrom = 0, to: markedTo = 0 } = mark ?? {}
  const choice = useMemo(() => {
    const marked = markedFrom === 0 ? null : { from: markedFrom, to: markedTo }
    return { filter, isMerged, names, open: isFolded ? open : null, mark: marked }
  }, [filter, isMerged, names, isFolded, open, markedFrom, markedTo])
  const rows = useMemo(
    () => (isPicked ? pickedRowsOf(picked.log, shown.found, choice, zone) : rowsOf(whole.log, choice, zone)),
    [isPicked, picked.log, shown.found, whole.log, choice, zone],
  )
  const download = asked && found && search.isUpToDate ? { asked, count: found.count } : null

  const list = useRef<LogList>(null)
  const leave = useCallback(() => setLeft(seq => seq ?? last), [last])
  const show = (seq: number) => {
    leave()
    setJump({ seq })
  }
  /** A step that waits for the answer to the search, and from which line on it goes. */
  const [step, setStep] = useState<{ by: 1 | -1; from: number } | null>(null)
  if (step !== null && found !== null && search.isOf(query)) {
    setStep(null)
    const seq = nextMatch(found, current, step.by, step.from)
    if (seq !== null) {
      setLeft(left ?? last)
      setCurrent(seq)
      setJump({ seq })
    }
  }

  const onKey = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return
    const by = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0
    if (event.key === 'Escape' && mark) clear()
    else if (event.key === 'Enter' && !mark) setMark(list.current?.firstVisible() ?? 1, false)
    else if (by !== 0 && focus !== null) {
      const seq = Math.min(Math.max(focus + by, whole.log.first), last)
      setMark(seq, event.shiftKey)
      show(seq)
    } else return
    event.preventDefault()
    event.stopPropagation()
  }

  const fitting = shown.found && shown.isUpToDate ? `${shown.found.count.toLocaleString('en')} of ` : ''
  const area = { ...areaOf(logId), 'aria-description': 'Enter marks the first line in view, arrows move the mark.' }
  const fresh = left === null || left === 0 ? 0 : newerThan(rows, left)
  return (
    <LogFrame
      tabs={tabs}
      note={`${fitting}${linesText(last, known)}, ${since ? 'since the run’s start' : zone === 'utc' ? 'UTC' : 'local time'}`}
      controls={
        <>
          <Filter filter={filter} sources={sources} onFilter={setFilter} />
          <LogSearch
            query={query}
            onQuery={asked => {
              setQuery(asked)
              setCurrent(null)
              // The first match is shown at once.
              setStep(asked.text === '' ? null : { by: 1, from: list.current?.firstVisible() ?? 1 })
            }}
            search={search}
            isErrors={filter.isErrors}
            current={current}
            onStep={by => setStep({ by, from: list.current?.firstVisible() ?? 1 })}
          />
        </>
      }
      end={
        <Display
          run={run}
          logId={logId}
          wrap={wrap}
          onWrap={() => {
            setWrap(!wrap)
            storeWrap(!wrap)
          }}
          full={full}
          onFull={() => setFull(!full)}
          isSince={since !== null}
          onSince={
            start &&
            (() => {
              setFull(false)
              stampsSinceStart.choose(since === null)
            })
          }
          picked={download}
        />
      }
      wrap={wrap}
      grows={grows}
      following={following}
      onFollow={() => (following ? leave() : setLeft(null))}
    >
      {rows.length === 0 || filter.streams.size === 0 ? (
        <EmptyArea {...area}>
          {last === 0 && filter.streams.size > 0 ? (
            <Nothing in={place} known={known} />
          ) : (
            <Hidden streams={filter.streams.size} isErrors={filter.isErrors} />
          )}
        </EmptyArea>
      ) : (
        <LogRows
          {...{
            rows,
            matcher,
            names: isMerged ? names : undefined,
            current,
            mark,
            zone,
            full,
            since,
            wrap,
            following,
            jump,
            area,
            ref: list,
          }}
          prefix={linkPrefix(logId)}
          failed={(isPicked ? picked : whole).log.failed}
          onLeave={leave}
          onEnd={() => setLeft(null)}
          onLook={look}
          onRetry={retry}
          onMark={(seq, extend) => {
            leave()
            setMark(seq, extend)
          }}
          onTwins={seq => {
            leave()
            setOpen(now => withToggled(now, seq))
          }}
          onKey={onKey}
        />
      )}
      {fresh > 0 && (
        <button className={styles.newLines} type="button" data-testid="new-lines" onClick={() => setLeft(null)}>
          <Glyph id="i-follow" />
          {plural(fresh, 'new line')}
        </button>
      )}
    </LogFrame>
  )
}

function withToggled(set: ReadonlySet<number>, seq: number): ReadonlySet<number> {
  const next = new Set(set)
  if (!next.delete(seq)) next.add(seq)
  return next
}

/** Lines that the reader has hidden must not make the log claim that there are none. */
function Hidden({ streams, isErrors }: { streams: number; isErrors: boolean }) {
  return (
    <p className={nothing.none}>
      {streams === 0
        ? 'Every stream is hidden. Show one to read it.'
        : isErrors
          ? 'No line that is shown tells of an error.'
          : 'Every line is of a stream that is hidden.'}
    </p>
  )
}
