import { isMergeFailure } from '../../../../lib/run/claims/end-claims'
import type { Batch, Snapshot } from '../../../../lib/run/model'
import { unseenIn } from '../../../../lib/run/text/display-text'

/** The batch whose failed merge ended the run, and its branch; null if the run ended otherwise, or that is not known [RUN-5.4]. */
export function unmergedOf({
  status,
  batches,
}: Pick<Snapshot, 'status' | 'batches'>): (Batch & { branch: string }) | null {
  if (status !== 'failed') return null
  const batch = batches.find(({ status, error }) => status === 'failed' && isMergeFailure(error))
  return batch && batch.branch !== null ? { ...batch, branch: batch.branch } : null
}

/** What a shell reads as one word by itself. */
const PLAIN = /^[A-Za-z0-9_./][A-Za-z0-9_./+@-]*$/

/**
 * The command that merges a branch; null for a name that is not safe in a terminal, or that a reader can't see in full. The name is
 * from outside.
 */
export function mergeCommand(branch: string): string | null {
  if (branch === '' || branch.startsWith('-') || /\s/.test(branch) || unseenIn(branch).length > 0) return null
  return `git merge ${PLAIN.test(branch) ? branch : `'${branch.replaceAll("'", String.raw`'\''`)}'`}`
}
