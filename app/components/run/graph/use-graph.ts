import { useMemo, useState } from 'react'
import type { Batch } from '../../../../lib/run/model'
import { useOfTime } from '../../../../lib/client/live'
import { columnsOf } from './columns'
import { criticalPath, knownDuration } from './critical'
import { graphOf, isSameGraph, type Graph } from './graph'
import type { Layout } from './graph-layout'
import { rowsOf } from './rows'

/** The layout of the batches. A change of a status gives the same object [PAGE-6.2]. */
export function useLayout(batches: readonly Batch[], inRows: boolean): Layout {
  const [same, setSame] = useState(batches)
  const nodes = isSameGraph(same, batches) ? same : batches
  if (nodes !== same) setSame(nodes)
  const graph = useMemo(() => graphOf(nodes), [nodes])
  return useMemo(() => (inRows ? rowsOf(graph) : columnsOf(graph)), [graph, inRows])
}

interface Times {
  frozenAt: number | null
  clockOffset: number
  /** The batches have no durations, so no chain is critical. */
  isOff?: boolean
}

/** The ids of the critical path, in its order. Renders again only when the path changes, not as its sum grows [PAGE-6.4]. */
export function useCritical(graph: Graph, batches: readonly Batch[], times: Times): string[] {
  const { frozenAt, clockOffset, isOff = false } = times
  const isRunning = frozenAt === null && batches.some(({ status }) => status === 'running')
  const places = useOfTime(now => {
    if (isOff) return ''
    const durations = batches.map(batch => knownDuration(batch, clockOffset, frozenAt ?? now))
    return criticalPath(graph, ({ place }) => durations[place] ?? 0)
      .map(({ place }) => place)
      .join(' ')
  }, isRunning)
  return useMemo(
    () => (places === '' ? [] : places.split(' ').flatMap(place => graph.vertices[Number(place)]?.id ?? [])),
    [graph, places],
  )
}

/** The sum of the known durations of some batches, in whole seconds. */
export function useSum(batches: readonly Batch[], { frozenAt, clockOffset }: Times): number {
  const isRunning = frozenAt === null && batches.some(({ status }) => status === 'running')
  return useOfTime(now => {
    const all = batches.map(batch => knownDuration(batch, clockOffset, frozenAt ?? now))
    return Math.floor(all.reduce((sum, ms) => sum + ms, 0) / 1_000)
  }, isRunning)
}
