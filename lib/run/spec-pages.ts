import { countsToShow } from './counts'
import { isOver } from './is-over'
import type { Batch, RunFields, RunStatus } from './model'
import { certainRunMs, isWhole } from './certain-duration'
import type { SpecGrid } from './spec-runs'
import { usualRun } from './spec-stats'
import { LONGEST_NAME } from './text/kept-text'

/** What the pages of specs are told. */

/** Whether the backend could be asked, and what it said. */
export interface BackendSaid {
  /** Null: it was read. Else why it could not be; empty if the backend has not answered yet. */
  failure: string | null
}

/** The plan of a spec, and its runs that are known here. */
export interface SpecRuns extends SpecGrid {
  /** As of a run. */
  site?: string
  spec: string
  /** The server's clock. */
  now: string
  /** Whether the backend has the spec; null if that is not known now. */
  onBackend: boolean | null
  /** `unknown`: it can't be read now, and was not read before. */
  plan: BackendSaid & {
    state: 'read' | 'missing' | 'unreadable' | 'unknown'
    /** When it was read; null if it was not, or if the backend can't be asked now and this is an earlier reading. */
    readAt: string | null
  }
}

/** A run in the row of its spec. */
export interface RunMark {
  runId: string
  status: RunStatus
  dryRun: boolean
  inferred: boolean
  startedAt: string | null
  endedAt: string | null
  /** The server's clock minus the run's, ms. */
  clockOffset: number
}

export interface LiveMark extends RunMark {
  completed: number
  /** Null while it is not known how many batches the run has. */
  total: number | null
}

export interface SpecSummary {
  name: string
  onBackend: boolean | null
  /** What the backend has of it; null unless it has the spec. */
  has: { plan: boolean; tasks: boolean } | null
  /** The last runs that are over, newest first, at most ten. */
  recent: RunMark[]
  /** The newest live runs, at most three, and how many there are. */
  live: LiveMark[]
  liveRuns: number
  usual: { ms: number; runs: number } | null
}

/** Every spec of the backend, and every other one that a run is known of. */
export interface SpecOverview {
  /** As of a run. */
  site?: string
  now: string
  backend: BackendSaid
  specs: SpecSummary[]
}

const MOST_RECENT = 10
const MOST_LIVE = 3

interface RunView {
  fields: RunFields
  batches: readonly Batch[]
}

interface ListedSpec {
  name: string
  has_plan: boolean
  has_tasks: boolean
}

/**
 * The specs in the order of their names [SPEC-3].
 * @param listed the specs of the backend; null if they are not known
 * @param runs newest first
 */
export function specSummaries(listed: readonly ListedSpec[] | null, runs: readonly RunView[]): SpecSummary[] {
  const byName = new Map<string, RunView[]>()
  // No folder has a longer name, so nothing can be started by it.
  const specs = new Map(listed?.flatMap(spec => (spec.name.length <= LONGEST_NAME ? [[spec.name, spec]] : [])))
  for (const name of specs.keys()) byName.set(name, [])
  for (const run of runs) {
    const { spec } = run.fields
    if (spec === null) continue
    const known = byName.get(spec)
    if (known) known.push(run)
    else byName.set(spec, [run])
  }
  return [...byName]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, all]) => summaryOf(name, listed && (specs.get(name) ?? null), all, listed !== null))
}

function summaryOf(name: string, spec: ListedSpec | null, all: readonly RunView[], isListed: boolean): SpecSummary {
  const over = all.filter(({ fields }) => isOver(fields.status))
  const live = all.filter(({ fields }) => !isOver(fields.status))
  return {
    name,
    onBackend: isListed ? spec !== null : null,
    has: spec && { plan: spec.has_plan, tasks: spec.has_tasks },
    recent: over.slice(0, MOST_RECENT).map(markOf),
    live: live.slice(0, MOST_LIVE).map(run => {
      const { completed, total, totalKnown } = countsToShow(run.fields)
      return { ...markOf(run), completed, total: totalKnown ? total : null }
    }),
    liveRuns: live.length,
    usual: usualRun(over.slice(0, MOST_RECENT).map(measured)),
  }
}

const markOf = ({ fields }: RunView): RunMark => {
  const { runId, status, dryRun, inferred, startedAt, endedAt, clockOffset } = fields
  return { runId, status, dryRun, inferred, startedAt, endedAt, clockOffset }
}

const measured = ({ fields, batches }: RunView) => ({
  ...{ dryRun: fields.dryRun, importId: null, status: fields.status },
  ...{ ms: certainRunMs(fields), whole: isWhole({ ...fields, batches }) },
})
