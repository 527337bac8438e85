import type { Edge, Graph, Vertex } from './graph'
import { drawn, px, type DrawnEdge, type Layout, type Place } from './graph-layout'
import { ordered } from './order'

/** The height of a row, px. */
const ROW = 48
/** The height of the graph of so many batches, px. */
export const heightInRows = (batches: number): number => batches * ROW

/** The lanes take at most this much of the width of a phone, px. */
const LANES = { width: 96, widest: 20, margin: 24 }

/**
 * The layout for a narrow view: a row per batch, layer by layer, what is needed above. The lane of a row is its layer; edges run between
 * the lanes, so that none passes a node [PAGE-6.1].
 */
export function rowsOf(graph: Graph): Layout {
  const layers = ordered(graph).layers.map(slots => slots.flatMap(({ vertex }) => vertex ?? []))
  const lane = Math.min(LANES.widest, LANES.width / Math.max(1, layers.length - 1))
  const places = new Map<Vertex, Place>()
  for (const vertex of layers.flat()) {
    places.set(vertex, { x: px(LANES.margin + vertex.layer * lane), y: places.size * ROW })
  }
  return {
    graph,
    node: { width: px(LANES.margin + (layers.length - 1) * lane), height: ROW },
    width: px(2 * LANES.margin + Math.max(0, layers.length - 1) * lane),
    height: heightInRows(places.size),
    ...{ places, layers },
    draw: edge => edgeBetween(edge, places, lane),
  }
}

function edgeBetween(edge: Edge, places: ReadonlyMap<Vertex, Place>, lane: number): DrawnEdge {
  const [from, to] = [places.get(edge.from), places.get(edge.to)]
  if (!from || !to) return drawn(edge, '', [])
  const [start, end] = [
    { x: from.x, y: from.y + ROW / 2 },
    { x: to.x, y: to.y + ROW / 2 },
  ]
  const [side, turn] = edge.isBack ? [12, -ROW / 2] : [lane / 2, ROW / 2]
  const rail = px(edge.isBack ? Math.min(start.x, end.x) - side : start.x + side)
  const path = `M${start.x} ${start.y}Q${rail} ${start.y} ${rail} ${start.y + turn}V${end.y - turn}Q${rail} ${end.y} ${end.x} ${end.y}`
  return drawn(edge, path, [start, end, { x: rail, y: start.y }])
}
