import type { ReactNode } from 'react'
import type { Snapshot } from '../../../../lib/run/model'
import { lateComponent } from '../../late-component'
import { runParts } from '../run-parts'

interface Props {
  run: Snapshot
  onShow: (batchId: string) => void
  onRead: (batchId: string) => void
  /** What the server rendered in its place: it needs no code. */
  first: ReactNode
}

/** How a run ended; nothing while it is not over. */
export const LateSummary = lateComponent<Props>(
  async () => (await runParts()).RunSummary,
  ({ first }) => first,
)
