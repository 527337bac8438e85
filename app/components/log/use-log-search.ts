import { useDeferredValue, useEffect, useMemo, useState } from 'react'
import type { LogView, RunRef } from '../../../lib/client/live'
import { matcherOf } from '../../../lib/run/text/text-matcher'
import { searchLog, type FoundLines } from '../../api'
import type { LogId } from '../../log-id'
import type { LogFilter } from './row'
import { foundUntil, withNewLines } from './search-state'
import { lastOf } from './whole-log'

/** How long after the last key the server is asked, ms. */
const TYPED = 150
/** How long to wait before it searches again for lines that this page does not have, ms. */
const AGAIN = 1_000

/** An answer of the server, and the newest lines that it was compared with. */
interface Searched {
  readonly key: string
  readonly view: LogView
  readonly found: FoundLines | null
  readonly error: string | null
  /** Lines came that were not searched. */
  readonly isBehind: boolean
}

export interface LogSearchOnPage {
  /** Null if nothing is searched for. */
  matcher: RegExp | null
  /** Null until the server has answered. */
  found: FoundLines | null
  error: string | null
}

/** Searches the whole log on its server, and the lines that come after that on the page. */
export function useLogSearch(
  run: RunRef,
  logId: LogId,
  query: string,
  view: LogView,
  filter: LogFilter,
  isConnected: boolean,
): LogSearchOnPage {
  const sought = useDeferredValue(query)
  const matcher = useMemo(() => matcherOf(sought), [sought])
  const [searched, setSearched] = useState<Searched | null>(null)
  const [again, setAgain] = useState(0)
  const stream = [...filter.streams].join(',')
  const { source } = filter
  const key = JSON.stringify([sought, stream, source, view.epoch])

  const current = searched?.key === key ? searched : null
  if (current?.found && matcher && current.view !== view) {
    const found = withNewLines(current.found, view.lines, matcher, filter)
    setSearched({ ...current, view, found: found ?? current.found, isBehind: current.isBehind || found === null })
  }

  const mayAsk = isConnected && sought !== '' && stream !== ''
  useEffect(() => {
    if (!mayAsk) return
    const stop = new AbortController()
    const ask = async () => {
      const only = { ...(source !== null && { source }), stream }
      const answer = await searchLog(run, logId, { text: sought, ...only }, stop.signal)
      if (stop.signal.aborted) return
      const result = answer.ok ? { found: answer.value, error: null } : { found: null, error: answer.error }
      // Compared with no line yet: those that came meanwhile are searched at the next render.
      setSearched({ key, view: none, ...result, isBehind: false })
    }
    const timer = setTimeout(() => void ask(), TYPED)
    return () => {
      clearTimeout(timer)
      stop.abort()
    }
  }, [mayAsk, run, logId, sought, stream, source, key, again])

  const isBehind = current?.isBehind === true
  useEffect(() => {
    if (!isBehind) return
    const timer = setTimeout(() => setAgain(count => count + 1), AGAIN)
    return () => clearTimeout(timer)
  }, [isBehind, again])
  const last = lastOf(view)
  const answer = current?.found ?? null
  const found = useMemo(() => answer && foundUntil(answer, last), [answer, last])
  return { matcher, found, error: current?.error ?? null }
}

const none: LogView = { lines: [], dropped: 0, epoch: null }
