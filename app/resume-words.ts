import type { RunStatus, Snapshot } from '../lib/run/model'

/** A run that a start can continue: its entry in the backend's history. */
export interface Resumable {
  spec: string
  historyId: string
  dryRun: boolean
  site?: string
}

const UNFINISHED: readonly RunStatus[] = ['failed', 'aborted']

/**
 * What a start would continue; null where the run has no entry in the history, or nothing is left of it: it failed, was stopped, or
 * is over with batches that are not completed. An import is a run of a backend that is not known here.
 */
export function resumableOf({
  spec,
  historyId,
  dryRun,
  status,
  counts,
  imported,
  site,
}: Pick<Snapshot, 'spec' | 'historyId' | 'dryRun' | 'status' | 'counts' | 'imported' | 'site'>): Resumable | null {
  if (spec === null || historyId === null || imported !== null) return null
  const isIncomplete = status === 'completed' && counts.pending + counts.failed + counts.aborted > 0
  return UNFINISHED.includes(status) || isIncomplete
    ? { spec, historyId, dryRun, ...(site !== undefined && { site }) }
    : null
}

/** What the backend does at a resume, in sentences. */
export const resumeText =
  'The backend continues the entry of this run in its history instead of making a new one. As with any start, it leaves out the ' +
  'batches that the plan marks as completed, and runs all others from their beginning. If it no longer has the entry, or is too ' +
  'old to resume, it starts afresh.'
