import { noted } from './findings'
import type { Finding } from './model'
import type { BatchClaim, Roster } from './roster'

/** The facts about the batches that were completed before a run began [RUN-8]. */
export interface CompletedBefore {
  /** N of "Resuming: N batches already completed". */
  told: number
  /** How many of the N are known only because begun batches depend on them [RUN-8.7]. */
  required: number
  /** The plan or the history calls more than N batches completed, so not all of the N can be named [RUN-8.12]. */
  ambiguous: boolean
}

/** Whether the batch is completed, and neither the run's stream nor a time in the history shows that this run completed it. */
const isSilent = ({ status, startedAt, endedAt, basis }: BatchClaim): boolean =>
  status === 'completed' && startedAt === null && endedAt === null && basis !== 'stream'

/**
 * The pending batches on which batches that are not pending depend, directly or indirectly: the orchestrator begins no batch
 * before the batches it depends on are completed [RUN-8.7].
 */
export function requiredBatches(roster: Roster): BatchClaim[] {
  const open = roster.batches.filter(({ status }) => status !== 'pending')
  const seen = new Set(open)
  const required: BatchClaim[] = []
  for (let batch = open.pop(); batch; batch = open.pop()) {
    for (const id of batch.dependsOn) {
      const needed = roster.get(id)
      if (!needed || seen.has(needed)) continue
      seen.add(needed)
      open.push(needed)
      required.push(needed)
    }
  }
  return required
}

/** How many of the batches completed before can't be identified. They count, because the backend counts them [RUN-8.6]. */
export const unnamedOf = ({ told }: CompletedBefore, batches: readonly BatchClaim[]): number =>
  told === 0 ? 0 : Math.max(0, told - batches.filter(isSilent).length)

/** The finding about batches that the backend counts and that are not known by name; none if all are known [RUN-8.8]. */
export function completedBeforeFinding({ told, required, ambiguous }: CompletedBefore, unnamed: number): Finding[] {
  if (unnamed + required === 0) return []
  const named = Math.max(0, told - unnamed - required)
  const parts = [
    `The backend says that ${told} ${told === 1 ? 'batch was' : 'batches were'} completed before this run began;` +
      (ambiguous
        ? ' the plan or the history names more, because others were completed since.'
        : ` the plan and the history name ${named === 0 ? 'none' : named} of them.`),
  ]
  if (required > 0) parts.push(`${required} more must be, because batches that depend on them have begun.`)
  if (unnamed > 0) {
    parts.push(
      `${unnamed} more ${unnamed === 1 ? 'is' : 'are'} counted as completed, but which cannot be told:` +
        ' the list shows them as not begun, or not at all.',
    )
    if (!ambiguous) parts.push('Check the statuses in the plan file.')
  }
  return [noted(COMPLETED_BEFORE, parts.join(' '))]
}

/** The kind of that finding: it explains a number, and requires no action. */
export const COMPLETED_BEFORE = 'completed-before'
