'use client'

import { useCallback, useState } from 'react'

/** Which batch of a run is open, and whose log is shown beside it. */
export interface Picked {
  picked: string | null
  /** The open batch's own log is shown, not the run's. */
  ofBatch: boolean
  /** Opens a batch with its log, or closes it where it is open. */
  pick: (batchId: string) => void
  /** Opens a batch with its log, and brings its row into view. */
  show: (batchId: string) => void
  close: () => void
  setOfBatch: (ofBatch: boolean) => void
}

/** The address keeps the open batch, so that a link to the page shows the same. */
export function usePicked(initial: string | null): Picked {
  const [picked, setPicked] = useState(initial)
  const [ofBatch, setOfBatch] = useState(true)
  const open = useCallback((batchId: string | null) => {
    setPicked(batchId)
    setOfBatch(true)
    const url = new URL(window.location.href)
    if (batchId === null) url.searchParams.delete('batch')
    else url.searchParams.set('batch', batchId)
    window.history.replaceState(window.history.state, '', url)
  }, [])
  const pick = useCallback((batchId: string) => open(batchId === picked ? null : batchId), [open, picked])
  const show = useCallback(
    (batchId: string) => {
      open(batchId)
      const row = document.querySelector(`[data-testid="batch-card"][data-batch-id="${CSS.escape(batchId)}"]`)
      row?.scrollIntoView({ block: 'nearest' })
    },
    [open],
  )
  const close = useCallback(() => open(null), [open])
  return { picked, ofBatch, pick, show, close, setOfBatch }
}
