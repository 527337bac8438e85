import { memo } from 'react'
import type { DrawnEdge } from './graph-layout'
import styles from './graph-edge.module.css'

export interface EdgeProps {
  edge: DrawnEdge
  critical: boolean
  /** The batch that needs the other one still waits. */
  waits: boolean
  /** It leads to the open batch, or from it; null while no batch is open. */
  related: boolean | null
}

/** One dependency, from the batch that is needed to the one that needs it. */
export const GraphEdge = memo(function GraphEdge({ edge, critical, waits, related }: EdgeProps) {
  return (
    <path
      className={styles.edge}
      d={edge.path}
      data-testid="graph-edge"
      data-from={edge.from}
      data-to={edge.to}
      data-back={edge.isBack || undefined}
      data-critical={critical}
      data-waits={waits || undefined}
      data-related={related ?? undefined}
    />
  )
})
