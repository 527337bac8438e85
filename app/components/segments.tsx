import { memo } from 'react'
import { shownName } from '../../lib/run/display-text'
import type { Batch, BatchStatus, Counts, LinkState } from '../../lib/run/model'
import { statusWord } from '../labels'

/** The segmented bar of one run: a segment per batch, in plan order. It shows the claim, and below it Docker's evidence. */
export const PlanSegments = memo(function PlanSegments({
  batches,
  label,
  over,
  docker,
}: {
  batches: Batch[]
  label: string
  over: boolean
  docker: LinkState
}) {
  return (
    <div className="segments" role="img" aria-label={`Batches in plan order: ${label}`} data-docker={docker}>
      {batches.map((batch, index) => (
        <span
          key={batch.id}
          data-status={batch.status}
          data-verdict={batch.verdict}
          data-seen={batch.container !== null || undefined}
          title={`${index + 1} ${shownName(batch.name)}: ${statusWord(batch.status, over)}`}
        />
      ))}
    </div>
  )
})

const MOST = 40
const ORDER: readonly BatchStatus[] = ['completed', 'failed', 'aborted', 'running', 'pending']

/**
 * How many segments each status gets if only the counts are known: one per batch, or for more than 40 batches a proportional share,
 * with at least one for each status that occurs.
 */
export function shares(counts: Counts): [BatchStatus, number][] {
  const scale = Math.min(1, MOST / Math.max(1, counts.total))
  return ORDER.map(status => [status, Math.ceil(counts[status] * scale)])
}

/** The same bar for a row of the fleet, grouped by status. */
export function CountSegments({ counts, label }: { counts: Counts; label: string }) {
  return (
    <div className="segments" role="img" aria-label={label}>
      {shares(counts).flatMap(([status, share]) =>
        Array.from({ length: share }, (_, index) => <span key={`${status}-${index}`} data-status={status} />),
      )}
    </div>
  )
}
