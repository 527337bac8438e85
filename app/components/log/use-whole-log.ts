import { useCallback, useEffect, useState } from 'react'
import type { LogView, RunRef } from '../../../lib/client/live'
import { readLog } from '../../api'
import type { LogId } from '../../log-id'
import type { Span } from './log-ranges'
import { pageToRead, wholeOf, withFailure, withRead, withTail, type WholeLog } from './whole-log'

/** Lines this near to the view are loaded, too. */
const AHEAD = 250
/** The view counts in steps of so many lines, so that scrolling seldom renders the log. */
const STEP = 125

export interface WholeLogOnPage {
  log: WholeLog
  /** Says which lines are in view. What is missing of them is read. */
  look: (seen: Span) => void
  /** Reads again what could not be read. */
  retry: () => void
}

/** The newest lines of a log, as pushed, and those before them, read where they are looked at. */
export function useWholeLog(
  run: RunRef,
  logId: LogId,
  view: LogView,
  following: boolean,
  /** The page has its server. */
  isConnected: boolean,
): WholeLogOnPage {
  const [log, setLog] = useState(() => wholeOf(view))
  const [seen, setSeen] = useState<Span | null>(null)
  if (log.view !== view) {
    setLog(withTail(log, view, following || seen === null ? null : (seen.from + seen.to) / 2))
  }

  const page = seen && isConnected ? pageToRead(log, seen) : null
  const [from, to, epoch] = [page?.from, page?.to, log.view.epoch]
  useEffect(() => {
    if (from === undefined || to === undefined) return
    const stop = new AbortController()
    void readLog(run, logId, from - 1, to - from + 1, stop.signal).then(answer => {
      if (stop.signal.aborted) return
      const asked = { from, to }
      setLog(now => (answer.ok ? withRead(now, asked, answer.value) : withFailure(now, asked, answer.error)))
    })
    return () => stop.abort()
  }, [run, logId, from, to, epoch])

  const look = useCallback(({ from, to }: Span) => {
    const next = {
      from: Math.floor((from - AHEAD) / STEP) * STEP,
      to: Math.ceil((to + AHEAD) / STEP) * STEP,
    }
    setSeen(now => (now?.from === next.from && now.to === next.to ? now : next))
  }, [])
  const retry = useCallback(() => setLog(now => ({ ...now, failed: null })), [])
  const [wasConnected, setConnected] = useState(isConnected)
  if (wasConnected !== isConnected) {
    setConnected(isConnected)
    if (isConnected) retry()
  }
  return { log, look, retry }
}
