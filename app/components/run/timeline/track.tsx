import type { Batch } from '../../../../lib/run/model'
import type { Bar } from './bars'
import { placeStyle } from './css-variables'
import styles from './track.module.css'

interface Props {
  batch: Batch
  bars: readonly Bar[]
  /** The places of the batches that it depends on. */
  after: string
  /** The names of the batches that it still waits for. */
  waitsFor: string
}

/**
 * The bars of a batch. Their places are calculated by the style sheet from properties of the chart, so an open bar grows, and all
 * move with the range, without a rendering [PAGE-5.5]. The row says the same in words.
 */
export function Track({ batch, bars, after, waitsFor }: Props) {
  const { id, verdict, durationUncertain } = batch
  const begun = bars.find(({ kind }) => kind === 'starting' || kind === 'running')
  const isOpen = bars.some(({ kind, to }) => kind !== 'evidence' && to === null)
  const waits = batch.status === 'pending' && waitsFor !== '' && bars.length === 0
  return (
    <div className={styles.track} aria-hidden="true">
      {begun && (after !== '' || durationUncertain) && (
        <span
          className={styles.after}
          data-whole="panel"
          style={{ ...placeStyle(begun.from), '--chars': after.length + (durationUncertain ? 2 : 0) }}
        >
          {after}
          {durationUncertain && ' ≈'}
        </span>
      )}
      {isOpen && <span className={styles.unheard} />}
      {bars.map((bar, index) => (
        <span
          key={bar.kind === 'evidence' ? index : bar.kind}
          className={styles.bar}
          data-testid="timeline-bar"
          data-batch-id={id}
          data-kind={bar.kind}
          data-from={bar.from}
          data-to={bar.to ?? ''}
          data-silent={(bar.kind === 'merging' && bar.to === null && verdict === 'late') || undefined}
          data-uncertain={durationUncertain}
          style={placeStyle(bar.from, bar.to)}
        />
      ))}
      {waits && (
        <span className={styles.waits} data-whole="panel">
          waits for {waitsFor}
        </span>
      )}
    </div>
  )
}
