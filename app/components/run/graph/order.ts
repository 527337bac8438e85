import type { Edge, Graph, Vertex } from './graph'

/** A place in a layer: a batch, or a bend of an edge that passes the layer. */
export interface Slot {
  readonly vertex: Vertex | null
  /** What it is connected with in the layers before and after. */
  readonly before: Slot[]
  readonly after: Slot[]
  /** Its number in its layer. */
  index: number
  /** The mean number of what it is connected with, in the layer that was sorted before its own. */
  mean: number
}

/** An edge that goes forward, with its bends. */
export interface Route {
  readonly edge: Edge
  readonly bends: readonly Slot[]
}

export interface Ordered {
  /** From the first layer on; the slots of each in their order. */
  readonly layers: readonly (readonly Slot[])[]
  readonly routes: readonly Route[]
  /** Every edge has a bend in each layer that it passes. */
  readonly isComplete: boolean
}

/** At most this many bends are made: a long chain whose batches need many earlier ones would have millions. */
const MAX_BENDS = 4_000
/** How many connections the sweeps may follow together. */
const MAX_WORK = 60_000
const MAX_ROUNDS = 12
/** Layers are improved by exchanging neighbours up to this many slots. */
const MAX_EXCHANGED = 600

/**
 * Orders the batches within their layers so that few edges cross: sweeps of barycenters forward and back, of which the best result
 * counts. The work is bounded, and the same graph gives the same order [PAGE-6.2].
 */
export function ordered(graph: Graph): Ordered {
  const { layers, routes, isComplete, links } = slotsOf(graph)
  const rounds = Math.min(MAX_ROUNDS, Math.floor(MAX_WORK / (links + graph.vertices.length + 1)))
  let best = { crossings: Infinity, orders: layers.map(layer => [...layer]) }
  for (let round = 0; round < rounds && best.crossings > 0; round += 1) {
    sweep(layers, round % 2 === 0)
    const crossings = crossingsIn(layers)
    if (crossings < best.crossings) best = { crossings, orders: layers.map(layer => [...layer]) }
  }
  best.orders.forEach(renumber)
  if (best.orders.reduce((sum, { length }) => sum + length, 0) <= MAX_EXCHANGED) exchange(best.orders)
  return { layers: best.orders, routes, isComplete }
}

function slotsOf(graph: Graph) {
  const layers: Slot[][] = graph.layers.map(() => [])
  const add = (layer: number, vertex: Vertex | null): Slot => {
    const slots = layers[layer] ?? []
    const slot = { vertex, before: [], after: [], index: slots.length, mean: 0 }
    slots.push(slot)
    return slot
  }
  const slots = new Map(graph.layers.flat().map(vertex => [vertex, add(vertex.layer, vertex)]))
  const routes: Route[] = []
  let [bendsLeft, links, isComplete] = [MAX_BENDS, 0, true]
  for (const edge of graph.edges) {
    const { from, to, isBack } = edge
    const [start, end] = [slots.get(from), slots.get(to)]
    if (isBack || start === undefined || end === undefined) continue
    const passed = to.layer - from.layer - 1
    const bends: Slot[] = []
    if (passed <= bendsLeft) for (let n = 1; n <= passed; n += 1) bends.push(add(from.layer + n, null))
    else isComplete = false
    bendsLeft -= bends.length
    let last = start
    for (const next of [...bends, end]) {
      last.after.push(next)
      next.before.push(last)
      last = next
      links += 1
    }
    routes.push({ edge, bends })
  }
  return { layers, routes, isComplete, links }
}

function renumber(layer: readonly Slot[]): void {
  layer.forEach((slot, index) => (slot.index = index))
}

/** Sorts each layer by the mean number of what each slot is connected with in the layer before; backwards: after. */
function sweep(layers: Slot[][], forward: boolean): void {
  for (const layer of forward ? layers : layers.toReversed()) {
    for (const slot of layer) slot.mean = meanIndex(forward ? slot.before : slot.after) ?? slot.index
    layer.sort((a, b) => a.mean - b.mean || a.index - b.index)
    renumber(layer)
  }
}

function meanIndex(slots: readonly Slot[]): number | null {
  if (slots.length === 0) return null
  let sum = 0
  for (const { index } of slots) sum += index
  return sum / slots.length
}

/** How often edges cross between neighbouring layers. */
export function crossingsIn(layers: readonly (readonly Slot[])[]): number {
  return layers.reduce((sum, layer, n) => sum + crossingsBefore(layers[n + 1] ?? [], layer), 0)
}

/** Counts the inversions among the ends of the edges between two layers, with a Fenwick tree. */
function crossingsBefore(layer: readonly Slot[], previous: readonly Slot[]): number {
  const tree = new Int32Array(layer.length + 1)
  let [seen, crossings] = [0, 0]
  for (const { after } of previous) {
    const ends = after.filter(slot => layer[slot.index] === slot)
    for (const { index } of ends) {
      crossings += seen
      for (let n = index + 1; n > 0; n -= n & -n) crossings -= tree[n] ?? 0
    }
    for (const { index } of ends) for (let n = index + 1; n < tree.length; n += n & -n) tree[n] = (tree[n] ?? 0) + 1
    seen += ends.length
  }
  return crossings
}

/** Exchanges neighbours in a layer wherever that leaves fewer crossings. */
function exchange(layers: Slot[][]): void {
  for (let round = 0; round < 4; round += 1) {
    let hasChanged = false
    for (const layer of layers) {
      for (let n = 0; n + 1 < layer.length; n += 1) {
        const [a, b] = [layer[n], layer[n + 1]]
        if (a === undefined || b === undefined || gain(a, b) <= 0) continue
        ;[layer[n], layer[n + 1]] = [b, a]
        a.index = n + 1
        b.index = n
        hasChanged = true
      }
    }
    if (!hasChanged) return
  }
}

/** How many crossings fewer there are with `b` before `a`. */
function gain(a: Slot, b: Slot): number {
  let sum = 0
  for (const [ofA, ofB] of [
    [a.before, b.before],
    [a.after, b.after],
  ] as const) {
    for (const left of ofA) for (const right of ofB) sum += Math.sign(left.index - right.index)
  }
  return sum
}
