import type { Edge, Graph, Vertex } from './graph'

/** Where a node is: its left upper corner, px before any zoom. */
export interface Place {
  readonly x: number
  readonly y: number
}

export interface DrawnEdge {
  readonly from: string
  readonly to: string
  readonly isBack: boolean
  /** For a `path` element. */
  readonly path: string
  /** What it covers, px: to leave out what is not near the view. */
  readonly box: Box
}

export interface Box {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/** Where everything is; it depends on ids and dependencies alone [PAGE-6.2]. */
export interface Layout {
  readonly graph: Graph
  readonly width: number
  readonly height: number
  /** The size of each node, px; in rows a node is as wide as the page. */
  readonly node: { readonly width: number; readonly height: number }
  readonly places: ReadonlyMap<Vertex, Place>
  /** The vertices of each layer in the order in which they are shown, for walking. */
  readonly layers: readonly (readonly Vertex[])[]
  /** Draws one edge: a graph of very many edges shows only a few of them. */
  readonly draw: (edge: Edge) => DrawnEdge
}

/**
 * A small graph takes no more height than it needs at full size; a large one takes all that there is. The server renders its place without
 * knowing the width of the view.
 */
export const hasOwnHeight = (batches: number): boolean => batches <= 200

/** Room around the graph, px. */
export const MARGIN = 20

/** The box around points. */
function boxAround(points: readonly Place[]): Box {
  const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)]
  return { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) }
}

export const meets = (a: Box, b: Box): boolean =>
  a.left <= b.right && b.left <= a.right && a.top <= b.bottom && b.top <= a.bottom

export const drawn = ({ from, to, isBack }: Edge, path: string, points: readonly Place[]): DrawnEdge => ({
  ...{ from: from.id, to: to.id, isBack, path },
  box: boxAround(points),
})

/** A number of px in a path; tenths are enough. */
export const px = (value: number): number => Math.round(value * 10) / 10
