import { isOver } from '../../../lib/run/is-over'
import type { Batch, LogLine, RunFields } from '../../../lib/run/model'
import { shownName } from '../../../lib/run/text/display-text'
import { runName, statusWord } from '../../labels'
import type { SpecChoice } from '../../api'
import type { ListedRun } from '../../late-api'
import type { LogId } from '../../log-id'
import type { Opened } from './opened'

/** Where the palette can go: runs, batches of the open run, specs, and actions [PAGE-9.1]. */

export type Action = 'fleet' | 'containers' | 'specs' | 'theme' | 'density' | 'zone' | Opened

export type Target = {
  /** Unique among the targets. */
  key: string
  /** What is searched. */
  text: string
  name: string
  note: string
} & (
  | { kind: 'run'; runId: string; site?: string; status: RunFields['status'] }
  | { kind: 'batch'; batchId: string; status: Batch['status'] }
  | { kind: 'spec'; spec: string; site?: string }
  | { kind: 'action'; action: Action }
)

/** A line of the open run's log that has what was typed [PAGE-9.5]. */
export interface LineTarget {
  kind: 'line'
  key: string
  logId: LogId
  line: LogLine
}

const atSite = ({ site }: { site?: string }) => (site === undefined ? '' : ` at ${site}`)

export const runTarget = (run: ListedRun): Target => ({
  kind: 'run',
  key: `run ${run.runId}${atSite(run)}`,
  text: `${run.spec ?? ''} ${run.runId} ${run.status}${atSite(run)}`,
  name: runName(run),
  note: shownName(run.runId) + atSite(run),
  runId: run.runId,
  ...(run.site !== undefined && { site: run.site }),
  status: run.status,
})

export const batchTarget = ({ id, name, status }: Batch, over: boolean): Target => ({
  kind: 'batch',
  key: `batch ${id}`,
  text: `${name} ${id} ${statusWord(status, over)}`,
  name: shownName(name),
  note: name === id ? '' : shownName(id),
  batchId: id,
  status,
})

export const specTarget = ({ name, ...at }: ListedSpec): Target => ({
  kind: 'spec',
  key: `spec ${name}${atSite(at)}`,
  text: `${name} spec${atSite(at)}`,
  name: shownName(name),
  note: `plan and runs of this spec${atSite(at)}`,
  spec: name,
  ...(at.site !== undefined && { site: at.site }),
})

export const actionTarget = (action: Action, name: string, note = ''): Target => ({
  kind: 'action',
  key: `action ${action}`,
  text: `${name} ${note}`,
  name,
  note,
  action,
})

type ListedSpec = Pick<SpecChoice, 'name' | 'site'>

interface Known {
  runs: readonly ListedRun[]
  batches: readonly Batch[]
  /** The open run is over. */
  over: boolean
  specs: readonly ListedSpec[]
  actions: readonly Target[]
}

/** Every target, in the order in which they stand while nothing is typed: what is live first. */
export function targetsOf({ runs, batches, over, specs, actions }: Known): Target[] {
  const live = runs.filter(({ status }) => !isOver(status))
  const ended = runs.filter(({ status }) => isOver(status))
  return [
    ...live.map(runTarget),
    ...actions,
    ...batches.map(batch => batchTarget(batch, over)),
    ...specs.map(specTarget),
    ...ended.map(runTarget),
  ]
}

/** Where the active option moves by a key; null if the key does not move it. It goes round at both ends. */
export function movedBy(key: string, active: number, count: number): number | null {
  if (count === 0) return null
  switch (key) {
    case 'ArrowDown':
      return (active + 1) % count
    case 'ArrowUp':
      return (active + count - 1) % count
    case 'Home':
      return 0
    case 'End':
      return count - 1
    default:
      return null
  }
}
