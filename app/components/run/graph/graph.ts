import type { Batch } from '../../../../lib/run/model'

/** What of a batch decides how the graph is laid out [PAGE-6.2]. */
export type Node = Pick<Batch, 'id' | 'dependsOn'>

/** A batch in the graph, with its neighbours. */
export interface Vertex {
  readonly id: string
  /** Its place in the plan, from 0. */
  readonly place: number
  /** How many batches the longest chain of dependencies before it has. */
  layer: number
  /** The batches that it needs, in the order of its dependencies; none that would close a circle. */
  readonly needs: Vertex[]
  /** The batches that need it, in plan order; the reverse of `needs`. */
  readonly holdsUp: Vertex[]
}

/** A dependency between two batches of the run. */
export interface Edge {
  /** The batch that is needed. */
  readonly from: Vertex
  /** The batch that needs it. */
  readonly to: Vertex
  /** It closes a circle, so it goes back instead of forward. */
  readonly isBack: boolean
}

export interface Graph {
  /** In plan order. */
  readonly vertices: readonly Vertex[]
  /** In plan order of `to`. */
  readonly edges: readonly Edge[]
  /** The vertices of each layer, in plan order. */
  readonly layers: readonly (readonly Vertex[])[]
}

/**
 * The batches and their dependencies. A dependency on an id that no batch has gives no edge, one that is named twice gives one edge,
 * and one that closes a circle goes back: it does not count for layers [PAGE-6.1].
 */
export function graphOf(batches: readonly Node[]): Graph {
  const vertices = batches.map(({ id }, place): Vertex => ({ id, place, layer: 0, needs: [], holdsUp: [] }))
  const byId = new Map<string, Vertex>()
  for (const vertex of vertices) if (!byId.has(vertex.id)) byId.set(vertex.id, vertex)
  const wanted = batches.map(({ dependsOn }) => [...new Set(dependsOn)].flatMap(id => byId.get(id) ?? []))
  const back = linkForward(vertices, wanted)
  const edges = vertices.flatMap(to =>
    (wanted[to.place] ?? []).map((from): Edge => ({ from, to, isBack: back.get(to)?.has(from) ?? false })),
  )
  for (const { from, to, isBack } of edges) if (!isBack) from.holdsUp.push(to)
  const layers: Vertex[][] = []
  for (const vertex of vertices) (layers[vertex.layer] ??= []).push(vertex)
  return { vertices, edges, layers }
}

/**
 * Fills `needs` and `layer` of each vertex, depth first. Returns the dependencies that close a circle. It does not recurse: a chain may be
 * as long as the plan.
 */
function linkForward(vertices: readonly Vertex[], wanted: readonly (readonly Vertex[])[]): Map<Vertex, Set<Vertex>> {
  const back = new Map<Vertex, Set<Vertex>>()
  const state = new Map<Vertex, 'open' | 'done'>()
  for (const root of vertices) {
    if (state.has(root)) continue
    const open = [{ vertex: root, next: 0 }]
    state.set(root, 'open')
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      const { vertex } = top
      const need = wanted[vertex.place]?.[top.next++]
      if (need === undefined) {
        for (const { layer } of vertex.needs) vertex.layer = Math.max(vertex.layer, layer + 1)
        state.set(vertex, 'done')
        open.pop()
      } else if (state.get(need) === 'open') {
        const closing = back.get(vertex) ?? new Set()
        back.set(vertex, closing.add(need))
      } else {
        vertex.needs.push(need)
        if (state.has(need)) continue
        state.set(need, 'open')
        open.push({ vertex: need, next: 0 })
      }
    }
  }
  return back
}

/** Whether two lists of batches have the same graph, and so the same layout. */
export const isSameGraph = (a: readonly Node[], b: readonly Node[]): boolean =>
  a === b ||
  (a.length === b.length &&
    a.every((node, place) => {
      const other = b[place]
      return (
        node === other ||
        (node.id === other?.id &&
          node.dependsOn.length === other.dependsOn.length &&
          node.dependsOn.every((id, n) => id === other.dependsOn[n]))
      )
    }))
