import type { Batch } from '../../../../lib/run/model'
import { classNames } from '../../../class-names'
import { Duration } from '../../time'
import { GraphLegend } from './graph-legend'
import { STEP } from './scale'
import { useSum } from './use-graph'
import type { Zoom } from './use-zoom'
import controls from '../../controls.module.css'
import styles from './graph-tools.module.css'

interface Props {
  /** The batches of the critical path. */
  critical: readonly Batch[]
  frozenAt: number | null
  clockOffset: number
  /** How many dependencies are not drawn. */
  undrawn: number
  /** Null where the graph is not zoomed. */
  zoom: Zoom | null
}

/** What the lines of the graph mean, and its zoom. */
export function GraphTools({ critical, frozenAt, clockOffset, undrawn, zoom }: Props) {
  return (
    <>
      <GraphLegend critical={critical.length} undrawn={undrawn}>
        <Sum batches={critical} frozenAt={frozenAt} clockOffset={clockOffset} />
      </GraphLegend>
      {zoom && (
        <div className={styles.zoom} role="group" aria-label="Zoom">
          <ZoomButton name="Zoom out" keys="-" onClick={() => zoom.by(1 / STEP)}>
            −
          </ZoomButton>
          <ZoomButton name="Zoom in" keys="+" onClick={() => zoom.by(STEP)}>
            +
          </ZoomButton>
          <button
            className={classNames(controls.button, controls.smallButton)}
            type="button"
            aria-keyshortcuts="0"
            aria-pressed={zoom.isFit}
            onClick={zoom.fit}
          >
            Fit
          </button>
        </div>
      )}
    </>
  )
}

function ZoomButton({
  name,
  keys,
  onClick,
  children,
}: {
  name: string
  keys: string
  onClick: () => void
  children: string
}) {
  return (
    <button
      className={classNames(controls.button, controls.smallButton)}
      type="button"
      aria-label={name}
      aria-keyshortcuts={keys}
      onClick={onClick}
    >
      {children}
    </button>
  )
}

/** How long the batches of the path took together, so far. */
function Sum({
  batches,
  frozenAt,
  clockOffset,
}: Pick<Props, 'frozenAt' | 'clockOffset'> & { batches: readonly Batch[] }) {
  const seconds = useSum(batches, { frozenAt, clockOffset })
  if (seconds === 0) return null
  return (
    <span className={styles.sum}>
      <Duration short seconds={seconds} />
    </span>
  )
}
