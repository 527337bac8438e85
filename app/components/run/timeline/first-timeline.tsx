import type { Snapshot } from '../../../../lib/run/model'
import { isOver } from '../../../../lib/run/is-over'
import { lastKnownAt } from '../../../freshness'
import { TimelineRow } from './timeline-row'
import styles from './timeline.module.css'

/** The timeline in the first HTML. */
export function FirstTimeline({ run, picked }: { run: Snapshot; picked: string | null }) {
  const frozenAt = lastKnownAt(run, { stale: false, checkedAt: null }, Date.parse(run.now))
  return (
    <section className={styles.timeline} aria-label="Timeline">
      <ol className={styles.rows}>
        {run.batches.map((batch, index) => (
          <TimelineRow
            key={batch.id}
            batch={batch}
            place={index + 1}
            over={isOver(run.status)}
            old={frozenAt !== null}
            picked={batch.id === picked}
          />
        ))}
      </ol>
    </section>
  )
}
