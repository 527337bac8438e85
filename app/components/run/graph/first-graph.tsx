import type { Snapshot } from '../../../../lib/run/model'
import { columnsOf } from './columns'
import { criticalPath, knownDuration } from './critical'
import { graphOf } from './graph'
import { GraphLegend } from './graph-legend'
import { hasOwnHeight } from './graph-layout'
import { heightInRows } from './rows'
import styles from './graph-view.module.css'

/** Higher than any view: such a graph takes all the height that there is, px. */
const FULL = 2_000

/**
 * The place of the graph in the first HTML: as high as the graph itself, so nothing moves when its code is loaded, and without a table
 * that would vanish then [PAGE-6.8].
 */
export function FirstGraph({ run: { batches } }: { run: Snapshot }) {
  const height = hasOwnHeight(batches.length) ? columnsOf(graphOf(batches)).height : FULL
  return (
    <div className={styles.view} data-pending data-testid="graph-pending">
      <noscript>
        <p className={styles.note}>The graph takes JavaScript; the table shows the same batches without.</p>
      </noscript>
      <svg className={styles.pending} height={height} aria-hidden="true" />
      <svg className={styles.pending} height={heightInRows(batches.length)} aria-hidden="true" data-rows />
    </div>
  )
}

/** What the lines mean, as of the first HTML. */
export function FirstGraphTools({ run: { batches, clockOffset, now } }: { run: Snapshot }) {
  const durations = batches.map(batch => knownDuration(batch, clockOffset, Date.parse(now)))
  const path = criticalPath(graphOf(batches), ({ place }) => durations[place] ?? 0)
  return <GraphLegend critical={path.length} />
}
