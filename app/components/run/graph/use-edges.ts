import { useMemo } from 'react'
import type { Batch } from '../../../../lib/run/model'
import type { Edge } from './graph'
import type { EdgeProps } from './graph-edge'
import { meets, type Box, type Layout } from './graph-layout'

/** A graph of more edges shows those of the critical path, and those of the batch that is open or has the focus. */
const MOST = 3_000

interface Options {
  near: Box | null
  critical: readonly string[]
  picked: string | null
  focused: string | null
}

interface Edges {
  /** In the order in which they are painted: the critical path over the others, and the edges of the open batch over both. */
  shown: (EdgeProps & { key: string })[]
  /** How many are left out, although they may be in view. */
  undrawn: number
}

/** The edges to draw [PAGE-6.6]. */
export function useEdges(layout: Layout, batches: readonly Batch[], options: Options): Edges {
  const { near, critical, picked, focused } = options
  const after = useMemo(() => new Map(critical.map((id, n) => [id, critical[n + 1]])), [critical])
  const { edges } = layout.graph
  const isFew = edges.length <= MOST
  // A graph that draws all of its edges draws them once.
  const [path, open, active] = isFew ? [null, null, null] : [after, picked, focused]
  const all = useMemo(() => {
    const isDrawn = ({ from, to }: Edge) =>
      path === null || path.get(from.id) === to.id || [from.id, to.id].some(id => id === open || id === active)
    return edges
      .filter(isDrawn)
      .map(edge => ({ key: `${edge.from.place}-${edge.to.place}`, to: edge.to.place, edge: layout.draw(edge) }))
  }, [layout, edges, path, open, active])
  const shown = all
    .filter(({ edge }) => near === null || meets(edge.box, near))
    .map(({ key, to, edge }) => ({
      ...{ key, edge },
      critical: after.get(edge.from) === edge.to,
      waits: batches[to]?.status === 'pending',
      related: picked === null ? null : edge.from === picked || edge.to === picked,
    }))
  const rank = ({ critical: isCritical, related }: EdgeProps) => (related === true ? 2 : isCritical ? 1 : 0)
  return { shown: shown.sort((a, b) => rank(a) - rank(b)), undrawn: edges.length - all.length }
}
