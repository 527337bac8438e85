import { useCallback, useEffect, useRef, useState } from 'react'
import type { RunAt } from '../../../../lib/client/live'
import type { Snapshot } from '../../../../lib/run/model'
import { replaceAddress } from '../../../address'
import { pastOf, spanOf } from '../../../late-api'
import type { Span } from './moments'

/** A look back at a run. */
export interface LookBack {
  /** The moment that was asked for last, ms on the server's clock; null: the present. */
  at: number | null
  /** Null until it is known. */
  span: Span | null
  /** Why a moment can't be shown. */
  refusal: string | null
  /** Reads the moments of the run, unless they are known; null if that fails. */
  prepare: () => Promise<Span | null>
  /** Goes where `lead` leads among the moments of the run. */
  go: (lead: (span: Span, at: number) => number | 'live') => void
  /** Returns to the present. */
  leave: () => void
}

/** The address names the moment, so that a link to the page shows the same one. */
function setAddress(at: string | null): void {
  const url = new URL(window.location.href)
  if (at === null) url.searchParams.delete('at')
  else url.searchParams.set('at', at)
  replaceAddress(url)
}

/**
 * Asks for the moments that a reader goes to, one after the other; of those that were asked for meanwhile, the last one counts.
 * @param run must stay the same object
 * @param first the moment that the page was rendered with, ms
 * @param onPast gets what was known at the moment; null: the present
 */
export function usePast(run: RunAt, first: number | null, onPast: (past: Snapshot | null) => void): LookBack {
  const [at, setAt] = useState(first)
  const [span, setSpan] = useState<Span | null>(null)
  const [refusal, setRefusal] = useState<string | null>(null)
  /** The moment that was asked for last, and the one that is shown. */
  const next = useRef(first)
  const shown = useRef(first)
  const isAsking = useRef(false)
  const isGone = useRef(false)
  const reading = useRef<Promise<Span | null> | null>(null)

  const prepare = useCallback(() => {
    reading.current ??= spanOf(run).then(answer => {
      if (answer.ok) setSpan(answer.value)
      else {
        setRefusal(answer.error)
        reading.current = null
      }
      return answer.ok ? answer.value : null
    })
    return reading.current
  }, [run])

  const ask = useCallback(async () => {
    if (isAsking.current) return
    isAsking.current = true
    while (next.current !== shown.current && next.current !== null) {
      const moment = next.current
      const answer = await pastOf(run, moment)
      if (isGone.current) return
      // Another moment, or the present, was asked for meanwhile.
      if (next.current !== moment) continue
      setRefusal(answer.ok ? null : answer.error)
      if (answer.ok) {
        shown.current = moment
        onPast(answer.value)
        setAddress(answer.value.now)
      } else {
        // What is shown stays.
        next.current = shown.current
        setAt(shown.current)
      }
    }
    isAsking.current = false
  }, [run, onPast])

  const leave = useCallback(() => {
    next.current = shown.current = null
    setAt(null)
    setRefusal(null)
    // The run may have gone on: its moments are read again when the reader comes back.
    reading.current = null
    onPast(null)
    setAddress(null)
  }, [onPast])

  const go = useCallback(
    async (lead: (span: Span, at: number) => number | 'live') => {
      const known = await prepare()
      if (known === null || isGone.current) return
      const to = lead(known, next.current ?? known.to)
      if (to === 'live') {
        leave()
        return
      }
      next.current = to
      setAt(to)
      setRefusal(null)
      await ask()
    },
    [ask, leave, prepare],
  )
  useEffect(() => {
    isGone.current = false
    if (first !== null) void prepare()
    return () => {
      isGone.current = true
    }
  }, [first, prepare])
  return { at, span, refusal, prepare, leave, go: lead => void go(lead) }
}
