'use client'

import { useCallback, useState } from 'react'

/** Which batch of a run is open, and whose log is shown. */
export interface Picked {
  picked: string | null
  /** The batch whose log is at hand: the last one that was picked, also when it is closed. */
  logged: string | null
  /** That log is shown, not the run's. */
  ofBatch: boolean
  /** Opens a batch with its log, or closes it where it is open. */
  pick: (batchId: string) => void
  /** Opens a batch with its log, and brings its row into view. */
  show: (batchId: string) => void
  /** Brings a batch's log into view, and opens the batch where there is room for both. */
  read: (batchId: string) => void
  /** Closes the open batch; its row gets the focus. */
  close: () => void
  setOfBatch: (ofBatch: boolean) => void
}

const hasRoom = () => window.matchMedia('(min-width: 1101px)').matches

const rowOf = (batchId: string) =>
  document.querySelector(`[data-testid="batch-card"][data-batch-id="${CSS.escape(batchId)}"]`)

/** The address keeps the open batch, so that a link to the page shows the same. */
export function usePicked(initial: string | null): Picked {
  const [picked, setPicked] = useState(initial)
  const [logged, setLogged] = useState(initial)
  const [ofBatch, setOfBatch] = useState(true)

  const open = useCallback((batchId: string | null) => {
    setPicked(batchId)
    const url = new URL(window.location.href)
    if (batchId === null) url.searchParams.delete('batch')
    else url.searchParams.set('batch', batchId)
    window.history.replaceState(window.history.state, '', url)
  }, [])
  const readFrom = useCallback((batchId: string) => {
    setLogged(batchId)
    setOfBatch(true)
  }, [])

  const close = useCallback(() => {
    open(null)
    // What had the focus is about to go away.
    if (picked !== null) rowOf(picked)?.querySelector('button')?.focus()
  }, [open, picked])
  const pick = useCallback(
    (batchId: string) => {
      open(batchId === picked ? null : batchId)
      readFrom(batchId)
    },
    [open, readFrom, picked],
  )
  const show = useCallback(
    (batchId: string) => {
      open(batchId)
      readFrom(batchId)
      rowOf(batchId)?.scrollIntoView({ block: 'nearest' })
    },
    [open, readFrom],
  )
  const read = useCallback(
    (batchId: string) => {
      if (hasRoom()) open(batchId)
      readFrom(batchId)
      document.getElementById('log')?.scrollIntoView({ block: 'nearest' })
    },
    [open, readFrom],
  )
  return { picked, logged, ofBatch, pick, show, read, close, setOfBatch }
}
