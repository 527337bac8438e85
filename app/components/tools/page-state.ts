import type { LinkState, RunFields, Snapshot } from '../../../lib/run/model'
import { isOver } from '../../../lib/run/is-over'
import { verdictOf } from '../../evidence'
import type { Need } from '../fleet/needs'
import type { IconState } from './page-icon'
import { stateOfFleet, stateOfRun, type State } from './said-aloud'

/** What a run's page lends to its tools: what it shows, and how to open a batch of it. */
export interface RunTools {
  run: Snapshot
  /** What the page shows in place of the present. */
  past: Snapshot | null
  frozenAt: number | null
  /** The page has lost its server. */
  stale: boolean
  /** The id of the open batch. */
  picked: string | null
  show: (batchId: string) => void
  close: () => void
}

/** What the fleet lends to its tools. */
export interface FleetTools {
  runs: readonly RunFields[]
  /** The link to the backend that is worst off. */
  backend: LinkState
  /** What needs a person. */
  needs: readonly Need[]
  stale: boolean
}

export type Lent = RunTools | FleetTools

export const isOfRun = (lent: Lent | undefined): lent is RunTools => lent !== undefined && 'run' in lent

/** What the page can say aloud; null for a page that says nothing. */
export function stateOf(lent: Lent | undefined): State | null {
  if (lent === undefined) return null
  if (isOfRun(lent)) return lent.run.imported ? null : stateOfRun(lent.run, lent.stale)
  return stateOfFleet(lent.runs, lent.needs, lent.backend, lent.stale)
}

/** The mark on the page's icon. What needs a person comes before how far a run is; a lost link before both. */
export function iconStateOf(lent: Lent | undefined): IconState {
  if (lent === undefined) return 'idle'
  if (!isOfRun(lent)) {
    if (lent.stale || lent.backend !== 'live') return 'last-known'
    return lent.needs.length > 0
      ? 'needs-you'
      : lent.runs.some(({ status }) => status === 'running')
        ? 'running'
        : 'idle'
  }
  const { run, frozenAt } = lent
  if (frozenAt !== null) return 'last-known'
  if (run.status === 'failed') return 'failed'
  const fits = run.findings.every(finding => verdictOf(finding) === null || verdictOf(finding) === 'late')
  if (!fits) return 'needs-you'
  return isOver(run.status) ? run.status : run.counts.failed > 0 ? 'failed' : run.status
}
