import { useEffect, useRef, useState } from 'react'
import type { RunRef } from '../../../../lib/client/live'
import type { LogLine } from '../../../../lib/run/model'
import { logAfter } from '../../../late-api'
import { tellingLines } from './told-lines'

/** How long to collect changes of a run before its log is read on, ms. */
const PAUSE_MS = 400
/** Of a log whose agents speak of batches in each line, the newest ones are kept [SAFE-5]. */
const MOST_LINES = 50_000

export interface ToldLines {
  lines: readonly LogLine[]
  /** The log was read up to now. */
  read: boolean
  /** How many of its oldest lines are no longer kept. */
  dropped: number
  /** Why the log could not be read; null if it could. */
  refusal: string | null
}

const none: ToldLines = { lines: [], read: false, dropped: 0, refusal: null }

/**
 * The lines of the backend's log of a run that may tell something of a batch. It reads on whenever `change` is another value.
 */
export function useToldLines(run: RunRef, change: unknown): ToldLines {
  const [told, setTold] = useState(none)
  const [reader] = useState(() => new LogReader(run))
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null)
  useEffect(() => {
    // A change while one waits is read with it, so changes without a pause can't put the reading off for ever.
    timer.current ??= setTimeout(
      () => {
        timer.current = null
        void reader.readOn().then(setTold)
      },
      reader.hasRead ? PAUSE_MS : 0,
    )
  }, [reader, change])
  useEffect(
    () => () => {
      clearTimeout(timer.current ?? undefined)
      timer.current = null
    },
    [],
  )
  return told
}

/** Reads a log page by page, and keeps the lines that count. */
class LogReader {
  hasRead = false
  #next = 0
  #dropped = 0
  #lines: readonly LogLine[] = []
  #reading: Promise<ToldLines> | null = null

  readonly #run: RunRef

  constructor(run: RunRef) {
    this.#run = run
  }

  /** Reads the lines that came since the last time. */
  readOn(): Promise<ToldLines> {
    this.#reading ??= this.#read().finally(() => (this.#reading = null))
    return this.#reading
  }

  async #read(): Promise<ToldLines> {
    this.hasRead = true
    for (;;) {
      const answer = await logAfter(this.#run, this.#next)
      if (!answer.ok) return { lines: this.#lines, read: false, dropped: this.#dropped, refusal: answer.error }
      const { lines, next, dropped } = answer.value
      this.#dropped = dropped
      if (lines.length === 0 || next <= this.#next) return { lines: this.#lines, read: true, dropped, refusal: null }
      this.#next = next
      this.#lines = [...this.#lines, ...tellingLines(lines)].slice(-MOST_LINES)
    }
  }
}
