import { useMemo, type FocusEvent, type KeyboardEvent } from 'react'
import { isOver } from '../../../../lib/run/is-over'
import { useIsPast, useSync } from '../../../../lib/client/live'
import type { BatchStatus, Snapshot } from '../../../../lib/run/model'
import { useStale } from '../../use-stale'
import type { Vertex } from './graph'
import { GraphNode, type Relation } from './graph-node'
import { meets, type Box, type Layout } from './graph-layout'
import { needsText } from './node-label'
import type { Level } from './scale'
import styles from './graph-view.module.css'

interface Props {
  run: Snapshot
  layout: Layout
  /** All nodes as the reader goes through them: layer by layer. */
  inOrder: readonly Vertex[]
  level: Level
  /** Only nodes in it have an element; null: all have. */
  near: Box | null
  critical: readonly string[]
  /** The ids of the node that the tab key reaches, and of the open batch. */
  current: string | null
  picked: string | null
  frozenAt: number | null
  words: ReadonlyMap<string, string> | undefined
  /** Batches of other statuses are faded; null: none is. */
  filter: BatchStatus | null
  onPick: (batchId: string, byKey?: boolean) => void
  onFocus: (event: FocusEvent) => void
  onKeyDown: (event: KeyboardEvent) => void
}

/** The nodes near the view, the open one, and the one that the tab key reaches [PAGE-6.6]. */
export function GraphNodes(props: Props) {
  const { run, layout, inOrder, level, near, critical, current, picked, frozenAt, onPick } = props
  const { batches } = run
  const onPath = useMemo(() => new Set(critical), [critical])
  const names = useMemo(() => new Map(batches.map(({ id, name }) => [id, name])), [batches])
  const relations = useMemo(() => relationsOf(inOrder, picked), [inOrder, picked])
  const { width, height } = layout.node
  const isLost = useStale(useSync())
  const isPast = useIsPast()
  // A page that has lost its server shows no more of Docker; a moment of the past does not become older.
  const docker = isLost && !isPast && run.link.docker === 'live' ? 'stale' : run.link.docker
  return (
    <ul className={styles.nodes} aria-label="Graph of batches" onFocus={props.onFocus} onKeyDown={props.onKeyDown}>
      {inOrder.map((vertex, index) => {
        const [batch, place] = [batches[vertex.place], layout.places.get(vertex)]
        if (batch === undefined || place === undefined) return null
        const { x, y } = place
        const isNear = near === null || meets({ left: x, top: y, right: x + width, bottom: y + height }, near)
        const { id } = batch
        if (!isNear && id !== current && id !== picked) return null
        return (
          <GraphNode
            key={id}
            batch={batch}
            x={x}
            y={y}
            level={level}
            position={index + 1}
            setSize={inOrder.length}
            needs={needsText(batch.dependsOn.map(need => names.get(need) ?? need))}
            critical={onPath.has(id)}
            relation={picked === null ? null : (relations.get(id) ?? 'other')}
            isCurrent={id === current}
            over={isOver(run.status)}
            maybeCompleted={run.unnamedCompleted !== undefined}
            frozenAt={frozenAt}
            word={props.words?.get(id)}
            isFaded={props.filter !== null && batch.status !== props.filter && id !== picked}
            clockOffset={run.clockOffset}
            docker={docker}
            onPick={onPick}
          />
        )
      })}
    </ul>
  )
}

/** How the batches are connected with the open one. */
function relationsOf(all: readonly Vertex[], picked: string | null): Map<string, Relation> {
  const vertex = all.find(({ id }) => id === picked)
  if (vertex === undefined) return new Map()
  return new Map<string, Relation>([
    ...vertex.holdsUp.map(({ id }) => [id, 'held-up'] as const),
    ...vertex.needs.map(({ id }) => [id, 'needed'] as const),
    [vertex.id, 'picked'],
  ])
}
