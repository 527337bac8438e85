import { isOver } from '../../../../lib/run/is-over'
import type { ViewProps } from '../views/view-props'
import { TimelineRow } from './timeline-row'
import styles from './timeline.module.css'

/** The batches along the time of the run. */
export function Timeline({ run, frozenAt, picked, onPick }: ViewProps) {
  const over = isOver(run.status)
  return (
    <section className={styles.timeline} aria-label="Timeline">
      <ol className={styles.rows}>
        {run.batches.map((batch, index) => (
          <TimelineRow
            key={batch.id}
            batch={batch}
            place={index + 1}
            over={over}
            old={frozenAt !== null}
            picked={batch.id === picked}
            onPick={onPick}
          />
        ))}
      </ol>
    </section>
  )
}
