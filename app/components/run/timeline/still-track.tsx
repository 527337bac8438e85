import type { Batch } from '../../../../lib/run/model'
import type { Bar } from './bars'
import type { Range } from './range'
import styles from './still-track.module.css'

interface Props {
  batch: Batch
  bars: readonly Bar[]
  range: Range
  /** How far open bars go, ms since the run's start. */
  edge: number
  /** Docker is watched: below the claims is a place for evidence. */
  watched: boolean
}

/** The bars of a batch in the first HTML, as SVG: its policy allows no styles in attributes [SAFE-2]. */
export function StillTrack({ batch, bars, range, edge, watched }: Props) {
  const percent = (ms: number) => `${((100 * ms) / (range.to - range.from)).toFixed(3)}%`
  return (
    <svg className={styles.track} aria-hidden="true">
      {bars.map((bar, index) => (
        <rect
          key={index}
          data-testid="timeline-bar"
          data-batch-id={batch.id}
          data-kind={bar.kind}
          data-from={bar.from}
          data-to={bar.to ?? ''}
          x={percent(bar.from - range.from)}
          y={(bar.kind === 'evidence' ? 17 : bar.kind === 'waiting' ? 9 : 5) + (watched ? 0 : 3)}
          width={percent(Math.max(0, (bar.to ?? edge) - bar.from))}
          height={bar.kind === 'evidence' ? 3 : bar.kind === 'waiting' ? 1 : 9}
        />
      ))}
    </svg>
  )
}
