'use client'

import { useCallback, useEffect, useState } from 'react'

/** The batch whose row was last asked to be in view; each request is another object. */
export interface Shown {
  batchId: string
}

/** The log that is shown: a batch's own, the backend's lines of the run, or all of them. */
export type ShownLog = 'batch' | 'run' | 'all'

/** Which batch of a run is open, and which log is shown. */
export interface Picked {
  picked: string | null
  /** The batch whose log can be shown: the open one, or one whose log alone is read on a phone. */
  logged: string | null
  /** `batch` counts only if there is a batch whose log can be shown. */
  log: ShownLog
  shown: Shown | null
  /** Opens a batch and shows its log; closes the batch if it is open. By key the open batch gets the focus instead. */
  pick: (batchId: string, byKey?: boolean) => void
  /** Opens a batch, shows its log, and scrolls its row into view. */
  show: (batchId: string) => void
  /** Scrolls a batch's log into view; also opens the batch if there is room for both, and closes it on a phone. */
  read: (batchId: string) => void
  /** Closes the open batch; its row gets the focus. */
  close: () => void
  setLog: (log: ShownLog) => void
  /** The batch was opened by the page itself, or for a line of its log, and stays closed on a phone. */
  isOwn: boolean
}

const hasRoom = () => window.matchMedia('(min-width: 1101px)').matches

const isPhone = () => window.matchMedia('(max-width: 720px)').matches

/** Gives the focus to the open batch once it is there. */
export function focusPanel(): void {
  requestAnimationFrame(() => document.getElementById('batch')?.focus())
}

const rowOf = (batchId: string) =>
  document.querySelector(`[data-testid="batch-card"][data-batch-id="${CSS.escape(batchId)}"]`)

/**
 * The address contains the open batch, so that a link to the page shows the same batch.
 * @param isOwnBatch the page itself opened the first one, or the address names a line: on a phone the batch stays closed
 */
export function usePicked(initial: string | null, isOwnBatch: boolean): Picked {
  const [picked, setPicked] = useState(initial)
  const [logged, setLogged] = useState(initial)
  const [log, setLog] = useState<ShownLog>('batch')
  const [isOwn, setOwn] = useState(isOwnBatch)
  const [shown, setShown] = useState<Shown | null>(initial === null ? null : { batchId: initial })

  const open = useCallback((batchId: string | null) => {
    setPicked(batchId)
    const url = new URL(window.location.href)
    // It names a line of the log that was shown.
    url.searchParams.delete('line')
    if (batchId === null) url.searchParams.delete('batch')
    else url.searchParams.set('batch', batchId)
    window.history.replaceState(window.history.state, '', url)
  }, [])
  useEffect(() => {
    if (!isOwn) return
    const frame = requestAnimationFrame(() => {
      setOwn(false)
      if (new URLSearchParams(window.location.search).has('line')) {
        // The address stays: the line is one of that batch's log [LOG-2.8].
        if (isPhone()) setPicked(null)
        return
      }
      // On a phone a batch would cover what the page says of the run [PAGE-12.5].
      open(isPhone() ? null : initial)
    })
    return () => cancelAnimationFrame(frame)
  }, [isOwn, open, initial])
  const readFrom = useCallback((batchId: string) => {
    setLogged(batchId)
    setLog('batch')
  }, [])

  const close = useCallback(() => {
    open(null)
    // The address names the run alone.
    setLogged(null)
    // The element that has the focus is about to be removed.
    if (picked !== null) rowOf(picked)?.querySelector('button')?.focus()
  }, [open, picked])
  const pick = useCallback(
    (batchId: string, byKey = false) => {
      if (batchId === picked && !byKey) {
        close()
        return
      }
      open(batchId)
      readFrom(batchId)
      if (byKey) focusPanel()
    },
    [open, readFrom, close, picked],
  )
  const show = useCallback(
    (batchId: string) => {
      open(batchId)
      readFrom(batchId)
      rowOf(batchId)?.scrollIntoView({ block: 'nearest' })
      setShown({ batchId })
    },
    [open, readFrom],
  )
  const read = useCallback(
    (batchId: string) => {
      if (hasRoom()) open(batchId)
      else if (isPhone()) open(null)
      readFrom(batchId)
      document.getElementById('log')?.scrollIntoView({ block: 'nearest' })
      document.querySelector<HTMLElement>('#log [role="log"]')?.focus({ preventScroll: true })
    },
    [open, readFrom],
  )
  return { picked, logged, log, shown, pick, show, read, close, setLog, isOwn }
}
