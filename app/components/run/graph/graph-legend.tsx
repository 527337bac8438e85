import type { ReactNode } from 'react'
import { plural } from '../../../labels'
import styles from './graph-tools.module.css'

interface Props {
  /** How many batches the critical path has. */
  critical: number
  /** How many dependencies are not drawn. */
  undrawn?: number
  /** How long the critical path took. */
  children?: ReactNode
}

/** What the lines of the graph mean. */
export function GraphLegend({ critical, undrawn = 0, children }: Props) {
  return (
    <p className={styles.legend}>
      {critical > 0 && (
        <span className={styles.key}>
          <Line critical />
          critical path, {plural(critical, 'batch')}
          {children}
        </span>
      )}
      <span className={styles.key}>
        <Line />
        dependency
      </span>
      <span className={styles.key}>
        <Line waits />
        of a batch that waits
      </span>
      {undrawn > 0 && (
        <span>{plural(undrawn, 'more line')}: those of a batch show while it is open or has the focus.</span>
      )}
    </p>
  )
}

function Line({ critical = false, waits = false }: { critical?: boolean; waits?: boolean }) {
  return (
    <svg
      className={styles.line}
      aria-hidden="true"
      data-critical={critical || undefined}
      data-waits={waits || undefined}
    >
      <path d="M0 4H22" />
    </svg>
  )
}
