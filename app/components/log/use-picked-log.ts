import { useCallback, useEffect, useState } from 'react'
import type { LogView, RunRef } from '../../../lib/client/live'
import { readLog } from '../../api'
import type { LogId } from '../../log-id'
import type { Span } from './log-ranges'
import { pickedOf, toPick, withFailedPick, withNewest, withPicked, type PickedLog } from './picked-log'
import type { LogFilter } from './row'
import type { LogSearchOnPage } from './use-log-search'

export interface PickedLogOnPage {
  log: PickedLog
  look: (seen: Span) => void
  retry: () => void
}

/**
 * The lines that fit a filter: which ones the server has said, and those that are looked at are read.
 * @param shown the answer of the server
 */
export function usePickedLog(
  run: RunRef,
  logId: LogId,
  view: LogView,
  filter: LogFilter,
  { asked, found }: LogSearchOnPage,
  isConnected: boolean,
): PickedLogOnPage {
  const key = asked && JSON.stringify([asked, view.epoch])
  const [log, setLog] = useState(() => pickedOf(key, view))
  const [seen, setSeen] = useState<Span | null>(null)
  if (log.key !== key) setLog(pickedOf(key, view))
  else if (log.view !== view) setLog(key === null ? { ...log, view } : withNewest(log, view, filter))

  const pick = seen && found && isConnected && log.key === key ? toPick(log, found.seqs, seen) : null
  const { from = 0, to = 0, count = 0 } = pick ?? {}
  useEffect(() => {
    if (count === 0 || asked === null) return
    const stop = new AbortController()
    void readLog(run, logId, from - 1, count, stop.signal, asked).then(answer => {
      if (stop.signal.aborted) return
      setLog(now =>
        answer.ok ? withPicked(now, { from, to }, answer.value.lines) : withFailedPick(now, { from, to }, answer.error),
      )
    })
    return () => stop.abort()
  }, [run, logId, asked, from, to, count])

  const look = useCallback(
    ({ from, to }: Span) => setSeen(now => (now?.from === from && now.to === to ? now : { from, to })),
    [],
  )
  const retry = useCallback(() => setLog(now => ({ ...now, failed: null })), [])
  return { log, look, retry }
}
