import type { Edge, Graph, Vertex } from './graph'
import { heightsOf } from './heights'
import { crossingsOf, type Column, type Crossing } from './crossings'
import { drawn, MARGIN, px, type DrawnEdge, type Layout, type Place } from './graph-layout'
import { ordered, type Ordered, type Slot } from './order'

const NODE = { width: 156, height: 62 }
/** Between two layers, two columns of one layer, and two nodes above each other, px. */
const GAP = { layers: 40, columns: 12, rows: 14 }
/** The room that a bend of an edge takes, px. */
const BEND = 12
/** A larger graph, or one with a higher layer, is packed: its edges run between the rows of the layers that they pass. */
const MOST_ROUTED = 200
const LEAST_ROWS = 8
/** The width of a packed graph beside its height, as of most views. */
const SHAPE = 3.6

/** The layout for a wide view: a column per layer, what is needed on the left [PAGE-6.1]. */
export function columnsOf(graph: Graph): Layout {
  const order = ordered(graph)
  const most = Math.max(LEAST_ROWS, rowsFor(graph.layers.map(({ length }) => length)))
  const isSmall = graph.vertices.length <= MOST_ROUTED && order.isComplete
  const isRouted = isSmall && graph.layers.every(({ length }) => length <= most)
  const layers = order.layers.map(slots => slots.flatMap(({ vertex }) => vertex ?? []))
  const shown = isRouted ? routed(order) : packed(layers, most)
  const all = [...shown.places.values()]
  return {
    graph,
    node: NODE,
    width: Math.max(0, ...all.map(({ x }) => x)) + NODE.width + MARGIN,
    height: Math.max(0, ...all.map(({ y }) => y), shown.bottom - NODE.height) + NODE.height + MARGIN,
    layers: layers.map(layer => inColumns(layer, shown.places)),
    places: shown.places,
    draw: edge => edgeThrough(edge, shown.places, shown.crossings(edge)),
  }
}

interface Shown {
  places: Map<Vertex, Place>
  /** Where an edge passes between other nodes, from left to right. */
  crossings: (edge: Edge) => readonly Crossing[]
  /** The lowest edge, px. */
  bottom: number
}

/** Every edge has its own way between the nodes. */
function routed({ layers, routes }: Ordered): Shown {
  const size = ({ vertex }: Slot) => (vertex === null ? BEND : NODE.height + GAP.rows)
  const heights = heightsOf(layers, (a, b) => (size(a) + size(b)) / 2)
  const half = NODE.height / 2
  const tops = [...heights].map(([{ vertex }, height]) => height - (vertex === null ? BEND / 2 : half))
  const top = Math.min(0, ...tops) - MARGIN
  const middle = (slot: Slot) => Math.round((heights.get(slot) ?? 0) - top)
  const left = (layer: number) => MARGIN + layer * (NODE.width + GAP.layers)
  const places = new Map<Vertex, Place>()
  layers.forEach((layer, n) => {
    for (const slot of layer) if (slot.vertex) places.set(slot.vertex, { x: left(n), y: middle(slot) - half })
  })
  const crossings = new Map(
    routes.map(({ edge, bends }) => [
      edge,
      bends.map((bend, n) => {
        const x = left(edge.from.layer + 1 + n)
        return { left: x, right: x + NODE.width, y: middle(bend) }
      }),
    ]),
  )
  return {
    places,
    crossings: edge => crossings.get(edge) ?? [],
    bottom: Math.max(0, ...[...heights.keys()].map(slot => middle(slot) + BEND / 2)),
  }
}

/** Layers of more than `rows` batches take several columns. */
function packed(layers: readonly (readonly Vertex[])[], rows: number): Shown {
  const places = new Map<Vertex, Place>()
  const step = NODE.height + GAP.rows
  const most = Math.min(rows, Math.max(0, ...layers.map(({ length }) => length)))
  let left = MARGIN
  const grids: Column[] = []
  for (const layer of layers) {
    const columns = Math.ceil(layer.length / rows)
    const filled = Math.ceil(layer.length / columns)
    const top = MARGIN + Math.round(((most - filled) * step) / 2)
    layer.forEach((vertex, index) => {
      const column = index % columns
      const y = top + Math.floor(index / columns) * step
      places.set(vertex, { x: left + column * (NODE.width + GAP.columns), y })
    })
    const width = NODE.width + GAP.columns
    grids.push({ left, columns, width, node: NODE.width, top: top - GAP.rows / 2, step, rows: filled })
    left += columns * width - GAP.columns + GAP.layers
  }
  return { places, crossings: edge => crossingsOf(edge, places, grids, NODE), bottom: 0 }
}

/** The number of rows with which a packed graph comes nearest to the shape of a view. */
function rowsFor(sizes: readonly number[]): number {
  const [step, most] = [NODE.height + GAP.rows, Math.max(1, ...sizes)]
  const isWide = (rows: number) => {
    const columns = sizes.reduce((sum, size) => sum + Math.ceil(size / rows), 0)
    const width = columns * (NODE.width + GAP.columns) + sizes.length * (GAP.layers - GAP.columns)
    return width > SHAPE * Math.min(rows, most) * step
  }
  let [low, high] = [1, most]
  while (low < high) {
    const rows = Math.floor((low + high) / 2)
    if (isWide(rows)) low = rows + 1
    else high = rows
  }
  return low
}

const inColumns = (layer: readonly Vertex[], places: ReadonlyMap<Vertex, Place>): Vertex[] =>
  layer.toSorted((a, b) => {
    const [left, right] = [places.get(a), places.get(b)]
    return (left?.x ?? 0) - (right?.x ?? 0) || (left?.y ?? 0) - (right?.y ?? 0)
  })

/** An edge from the right side of a node to the left side of another; between other nodes it runs level. */
function edgeThrough(edge: Edge, places: ReadonlyMap<Vertex, Place>, crossings: readonly Crossing[]): DrawnEdge {
  const [from, to] = [places.get(edge.from), places.get(edge.to)]
  if (!from || !to) return drawn(edge, '', [])
  const half = NODE.height / 2
  const start = { x: from.x + NODE.width, y: from.y + half }
  const end = { x: to.x, y: to.y + half }
  if (edge.isBack) return backEdge(edge, start, end)
  let [path, at] = [`M${start.x} ${start.y}`, start]
  for (const { left, right, y } of [...crossings, { left: end.x, right: end.x, y: end.y }]) {
    const turn = Math.min((left - at.x) / 2, 60)
    path += `C${px(at.x + turn)} ${at.y} ${px(left - turn)} ${y} ${left} ${y}`
    if (right > left) path += `H${right}`
    at = { x: right, y }
  }
  return drawn(edge, path, [start, ...crossings.map(({ left, y }) => ({ x: left, y })), end])
}

/** An edge that closes a circle goes back above the nodes. */
function backEdge(edge: Edge, start: Place, end: Place): DrawnEdge {
  const over = Math.min(start.y, end.y) - NODE.height / 2 - GAP.rows / 2
  const [right, left] = [start.x + 16, end.x - 16]
  const path = `M${start.x} ${start.y}C${right + 12} ${start.y} ${right + 12} ${over} ${right - 8} ${over}H${left + 8}C${left - 12} ${over} ${left - 12} ${end.y} ${end.x} ${end.y}`
  return drawn(edge, path, [start, end, { x: right, y: over }, { x: left, y: over }])
}
