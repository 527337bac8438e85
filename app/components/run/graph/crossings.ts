import type { Edge, Vertex } from './graph'
import type { Place } from './graph-layout'

/** Where an edge runs level between other nodes, px. */
export interface Crossing {
  readonly left: number
  readonly right: number
  readonly y: number
}

/** A layer whose nodes stand in columns, px. */
export interface Column {
  readonly left: number
  readonly columns: number
  /** From one column to the next one, and of a node. */
  readonly width: number
  readonly node: number
  /** The middle of the gap above the first row; each of `rows` rows takes `step`. */
  readonly top: number
  readonly step: number
  readonly rows: number
}

/** An edge that passes more layers runs straight behind their nodes: each of its crossings is drawn. */
const MOST_LAYERS = 60
/** Edges in the same gap between two rows stand beside each other, px. */
const LANES = [0, -4, 4, -2, 2] as const

/**
 * The ways of an edge through the layers between its ends, and through the other columns of their own layers: between the rows, near the
 * straight line or its ends, so that it passes behind no node but those [PAGE-6.10].
 */
export function crossingsOf(
  { from, to, isBack }: Edge,
  places: ReadonlyMap<Vertex, Place>,
  layers: readonly Column[],
  node: { readonly width: number; readonly height: number },
): Crossing[] {
  const [start, end] = [places.get(from), places.get(to)]
  if (isBack || !start || !end || to.layer - from.layer > MOST_LAYERS) return []
  const lane = LANES[(from.place * 31 + to.place) % LANES.length] ?? 0
  const crossings: Crossing[] = []
  for (let n = from.layer; n <= to.layer; n += 1) {
    const layer = layers[n]
    if (!layer) continue
    const first = n === from.layer ? Math.round((start.x - layer.left) / layer.width) + 1 : 0
    const last = n === to.layer ? Math.round((end.x - layer.left) / layer.width) - 1 : layer.columns - 1
    if (first > last) continue
    const left = layer.left + first * layer.width
    const right = layer.left + last * layer.width + layer.node
    // Beside its ends it takes the gap next to them, on the side of the other end: it rises and falls between the layers.
    const share = ((left + right) / 2 - start.x - node.width) / Math.max(1, end.x - start.x - node.width)
    const part = n === from.layer ? 0.01 : n === to.layer ? 0.99 : Math.min(1, Math.max(0, share))
    const y = start.y + node.height / 2 + part * (end.y - start.y)
    crossings.push({ left, right, y: Math.round(freeAt(layer, y)) + lane })
  }
  return crossings
}

/** The nearest height at which no row of the layer stands. */
function freeAt({ top, step, rows }: Column, y: number): number {
  const bottom = top + rows * step
  return y <= top || y >= bottom ? y : top + Math.round((y - top) / step) * step
}
