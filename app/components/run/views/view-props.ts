import type { BatchStatus, Snapshot } from '../../../../lib/run/model'
import type { Known } from '../../../nothing'
import type { Shown } from '../use-picked'

/** What every view of the batches shows, and how it opens a batch. */
export interface ViewProps {
  run: Snapshot
  /** How well it is known that these are all batches. */
  known: Known
  /** Since when the claims are only last known, ms on the server's clock; null while they are current. */
  frozenAt: number | null
  /** The id of the open batch. */
  picked: string | null
  shown: Shown | null
  /** The status whose batches are shown; null: all. */
  filter?: BatchStatus | null
  /** `byKey`: the keyboard chose it. */
  onPick: (batchId: string, byKey?: boolean) => void
  /** What stands in place of the status of each batch, by its id: the graph of a plan has no status. */
  words?: ReadonlyMap<string, string>
  /** The place beside the tabs, for the controls of the view. Null until it is in the document. */
  tools: HTMLElement | null
}
