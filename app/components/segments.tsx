import { memo } from 'react'
import { shownName } from '../../lib/run/text/display-text'
import type { Batch, BatchStatus, Counts, LinkState } from '../../lib/run/model'
import { classNames } from '../class-names'
import { statusWord } from '../labels'
import { SegmentsPicture } from './segments-picture'
import styles from './segments.module.css'

/** Above this number the segments have no gaps and no edges between them. */
const DENSE = 40
/** Above this number of segments the bar of a row has narrow gaps. */
const CLOSE = 20
/** Above this number they are thinner than a few pixels, and are drawn as one picture. */
const PICTURE = 100

/** The segmented bar of one run: a segment per batch, in plan order. It shows the claim, and below it Docker's evidence. */
export const PlanSegments = memo(function PlanSegments({
  batches,
  label,
  over,
  old,
  docker,
  className,
}: {
  batches: Batch[]
  label: string
  over: boolean
  /** The claims are the last known ones. */
  old: boolean
  docker: LinkState
  className?: string | undefined
}) {
  return (
    <div
      className={classNames(styles.segments, className)}
      role="img"
      aria-label={`Batches in plan order: ${label}`}
      data-docker={docker}
      data-old={old || undefined}
      data-dense={batches.length > DENSE || undefined}
    >
      {batches.length > PICTURE ? (
        <SegmentsPicture batches={batches} old={old} docker={docker} />
      ) : (
        batches.map((batch, index) => (
          <span
            key={batch.id}
            data-status={batch.status}
            data-verdict={batch.verdict}
            data-seen={batch.container !== null || undefined}
            title={`${index + 1} ${shownName(batch.name)}: ${statusWord(batch.status, over)}`}
          />
        ))
      )}
    </div>
  )
})

const ORDER: readonly BatchStatus[] = ['completed', 'failed', 'aborted', 'running', 'pending']

/**
 * How many segments each status gets if only the counts are known: one per batch, or for more than 40 batches a proportional share,
 * with at least one for each status that occurs.
 */
export function shares(counts: Counts): [BatchStatus, number][] {
  const scale = Math.min(1, DENSE / Math.max(1, counts.total))
  return ORDER.map(status => [status, Math.ceil(counts[status] * scale)])
}

/** The same bar for a row of the fleet, grouped by status. */
export function CountSegments({ counts, label, old }: { counts: Counts; label: string; old: boolean }) {
  const shown = shares(counts)
  const parts = shown.reduce((sum, [, share]) => sum + share, 0)
  const isDense = parts > DENSE || counts.total > DENSE
  return (
    <div
      className={styles.segments}
      role="img"
      aria-label={label}
      data-old={old || undefined}
      data-dense={isDense || undefined}
      data-close={parts > CLOSE || undefined}
    >
      {shown.flatMap(([status, share]) =>
        Array.from({ length: share }, (_, index) => <span key={`${status}-${index}`} data-status={status} />),
      )}
    </div>
  )
}
