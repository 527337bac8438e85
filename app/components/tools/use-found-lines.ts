import { useEffect, useState } from 'react'
import type { RunRef } from '../../../lib/client/live'
import type { LogLine, Snapshot } from '../../../lib/run/model'
import { LONGEST_SOUGHT } from '../../../lib/run/text/text-matcher'
import { readLog, searchLog, type Answer, type FoundLines } from '../../api'
import { MERGED, type LogId } from '../../log-id'

/** Fewer letters are in almost every line. */
const FEWEST = 3
/** How long after the last key the server is asked, ms. */
const TYPED = 250
/** How many lines are listed. */
const MOST = 5

/** The lines of the open run’s log that have what was typed. */
export interface FoundInLog {
  /** What is sought. */
  text: string
  logId: LogId
  /** The first ones. Null until the server has answered. */
  lines: readonly LogLine[] | null
  /** How many there are, and where they were sought. */
  found: FoundLines | null
  error: string | null
}

/** The log that has all lines of a run: that of the backend alone, as long as no container is known. */
export const wholeLogOf = ({ batches }: Pick<Snapshot, 'batches'>): LogId =>
  batches.some(({ container }) => container) ? MERGED : null

/** What is sought in a log; null if that is too little, or too much. */
export function soughtIn(typed: string): string | null {
  const text = typed.trim()
  return text.length < FEWEST || text.length > LONGEST_SOUGHT ? null : text
}

/**
 * Searches the whole log of a run on its server for what is typed. The search ends when the text changes.
 * @param run null: no log is searched
 */
export function useFoundLines(run: Snapshot | null, typed: string): FoundInLog | null {
  const text = run === null ? null : soughtIn(typed)
  const logId = run === null ? null : wholeLogOf(run)
  const [runId, importId] = run === null ? [null, null] : [run.runId, run.imported?.id ?? null]
  const [answered, setAnswered] = useState<{ text: string; answer: Answer<Found> } | null>(null)
  useEffect(() => {
    if (text === null || runId === null) return
    const stop = new AbortController()
    const ask = async () => {
      const answer = await foundIn({ runId, importId }, logId, text, stop.signal)
      if (!stop.signal.aborted) setAnswered({ text, answer })
    }
    const timer = setTimeout(() => void ask(), TYPED)
    return () => {
      clearTimeout(timer)
      stop.abort()
    }
  }, [text, runId, importId, logId])
  if (text === null) return null
  const answer = answered?.text === text ? answered.answer : null
  const value = answer?.ok ? answer.value : null
  return {
    ...{ text, logId, lines: value?.lines ?? null, found: value?.found ?? null },
    error: answer?.ok === false ? answer.error : null,
  }
}

interface Found {
  lines: readonly LogLine[]
  found: FoundLines
}

/** Searches first: lines are read only where there are any. */
async function foundIn(run: RunRef, logId: LogId, text: string, stop: AbortSignal): Promise<Answer<Found>> {
  const found = await searchLog(run, logId, { text }, stop)
  if (!found.ok) return found
  const [first] = found.value.seqs
  if (first === undefined || stop.aborted) return { ok: true, value: { lines: [], found: found.value } }
  const read = await readLog(run, logId, first - 1, MOST, stop, { text })
  return read.ok ? { ok: true, value: { lines: read.value.lines, found: found.value } } : read
}
