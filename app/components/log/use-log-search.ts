import { useDeferredValue, useEffect, useMemo, useState } from 'react'
import type { LogView, RunRef } from '../../../lib/client/live'
import type { Matcher } from '../../../lib/run/text/text-matcher'
import { searchLog, type AskedLines, type FoundLines } from '../../api'
import type { LogId } from '../../log-id'
import type { LogFilter } from './row'
import { foundUntil, withNewLines } from './search-state'
import { streams } from './streams'
import { useMatcher } from './use-matcher'
import { lastOf } from './whole-log'

/** How long after the last key the server is asked, ms. */
const TYPED = 150
/** How long to wait before it searches again for lines that this page does not have, ms. */
const AGAIN = 1_000

/** The text that the reader looks for. */
export interface Query {
  readonly text: string
  /** The text is a regular expression. */
  readonly isPattern: boolean
}

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
  /** Null if nothing is searched for in the lines that are shown, or what is sought cannot be read. */
  matcher: Matcher | null
  /** The lines that are shown, or those of them that have what is sought. Null if all are, or until the server has answered. */
  found: FoundLines | null
  error: string | null
  isSearching: boolean
  /** Which lines the server was asked for; null while it is asked for none. */
  asked: AskedLines | null
  /** No line that was found is hidden because it came after the moment that is shown. */
  isUpToDate: boolean
  /** Whether this is about that query, and not about the one before it. */
  isOf: (query: Query) => boolean
}

/** Searches the whole log on its server, and the lines that come after that on the page. */
export function useLogSearch(
  run: RunRef,
  logId: LogId,
  query: Query,
  view: LogView,
  filter: LogFilter,
  isConnected: boolean,
): LogSearchOnPage {
  const answered = useDeferredValue(query)
  const { text, isPattern } = answered
  const { matcher, problem } = useMatcher(text, isPattern)
  const [searched, setSearched] = useState<Searched | null>(null)
  const [again, setAgain] = useState(0)
  const asked = useMemo(() => askedFor(text, isPattern, filter), [text, isPattern, filter])
  const key = JSON.stringify([asked, view.epoch])
  const isReadable = text === '' || matcher !== null

  const current = searched?.key === key && isReadable ? searched : null
  if (current?.found && current.view !== view) {
    const found = withNewLines(current.found, view.lines, matcher, filter)
    setSearched({ ...current, view, found: found ?? current.found, isBehind: current.isBehind || found === null })
  }

  const mayAsk = isConnected && asked !== null && isReadable
  useEffect(() => {
    if (!mayAsk) return
    const stop = new AbortController()
    const ask = async () => {
      const answer = await searchLog(run, logId, asked, stop.signal)
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
  }, [mayAsk, run, logId, asked, key, again])

  const isBehind = current?.isBehind === true
  useEffect(() => {
    if (!isBehind) return
    const timer = setTimeout(() => setAgain(count => count + 1), AGAIN)
    return () => clearTimeout(timer)
  }, [isBehind, again])
  const last = lastOf(view)
  const answer = current?.found ?? null
  const found = useMemo(() => answer && foundUntil(answer, last), [answer, last])
  const error = problem ?? current?.error ?? null
  const isSearching = asked !== null && found === null && error === null
  return {
    matcher,
    found,
    error,
    isSearching,
    asked,
    isUpToDate: found === answer && !isBehind,
    isOf: asked => asked === answered,
  }
}

const none: LogView = { lines: [], dropped: 0, epoch: null }

/** Null if all lines are shown, or none. */
function askedFor(text: string, isPattern: boolean, filter: LogFilter): AskedLines | null {
  const isAll = filter.streams.size === streams.length && filter.source === null && !filter.isErrors
  if (filter.streams.size === 0 || (isAll && text === '')) return null
  return {
    ...(text !== '' && (isPattern ? { pattern: text } : { text })),
    ...(filter.streams.size < streams.length && { stream: [...filter.streams].join(',') }),
    ...(filter.source !== null && { source: filter.source }),
    ...(filter.isErrors && { level: 'error' }),
  }
}
