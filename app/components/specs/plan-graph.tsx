import { useMemo } from 'react'
import type { Snapshot } from '../../../lib/run/model'
import type { SpecColumn } from '../../../lib/run/spec-runs'
import type { BatchStats } from '../../../lib/run/spec-stats'
import { lateComponent } from '../late-component'
import { Name } from '../outside'
import { FirstGraph } from '../run/graph/first-graph'
import { needsText } from '../run/graph/node-label'
import type { ViewProps } from '../run/views/view-props'
import { nodeWord } from './spec-words'
import styles from './plan-graph.module.css'

const LateGraph = lateComponent<ViewProps>(async () => (await import('../run/graph/graph-view')).GraphView, FirstGraph)

interface Props {
  /** The batches of the plan. */
  columns: readonly SpecColumn[]
  stats: (id: string) => BatchStats
  picked: string | null
  onPick: (batchId: string) => void
}

/** The plan as a graph: what each batch needs, and what runs tell of it [SPEC-4.1]. */
export function PlanGraph({ columns, stats, picked, onPick }: Props) {
  const plan = useMemo(() => planAsRun(columns), [columns])
  const words = useMemo(() => new Map(columns.map(({ id }) => [id, nodeWord(stats(id))])), [columns, stats])
  return (
    <>
      <LateGraph
        run={plan}
        words={words}
        known="current"
        frozenAt={null}
        picked={picked}
        shown={null}
        onPick={onPick}
        tools={null}
      />
      <noscript>
        <PlanList columns={columns} words={words} />
      </noscript>
    </>
  )
}

/** The same in words, where the graph can't be drawn. */
function PlanList({ columns, words }: { columns: readonly SpecColumn[]; words: ReadonlyMap<string, string> }) {
  const names = new Map(columns.map(({ id, name }) => [id, name]))
  return (
    <ol className={styles.list}>
      {columns.map(({ id, name, dependsOn }) => (
        <li key={id}>
          <Name text={name} />
          {[words.get(id), needsText(dependsOn.map(need => names.get(need) ?? need))].map(
            (text, index) => text !== undefined && text !== '' && <span key={index}>, {text}</span>,
          )}
        </li>
      ))}
    </ol>
  )
}

/** The plan as a run of which nothing has begun: the graph shows a run. */
function planAsRun(columns: readonly SpecColumn[]): Snapshot {
  const counts = { total: columns.length, pending: columns.length, running: 0, completed: 0, failed: 0, aborted: 0 }
  return {
    ...{ runId: '', backend: '', historyId: null, basis: 'stream', spec: null, dryRun: false, status: 'idle' },
    ...{ inferred: false, stopping: false, startedAt: null, endedAt: null, error: null, errorDetail: null },
    ...{ findings: [], link: { backend: 'live', docker: 'off' }, linkSince: null, dockerSince: null, heardAt: null },
    ...{ clockOffset: 0, counts: { ...counts, totalKnown: true }, imported: null, epoch: '', version: 0, now: '' },
    batches: columns.map(({ id, name, dependsOn }) => ({
      ...{ id, name, dependsOn, status: 'pending', branch: null, error: null, startedAt: null, endedAt: null },
      ...{ basis: 'plan', verdict: 'local', reason: '', reasonSince: null, container: null, containers: [] },
    })),
  }
}
