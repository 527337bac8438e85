import type { Vertex } from './graph'

/**
 * The batch that a key leads to: along an edge, or to a neighbour in the layer; null if there is none, or the key leads nowhere
 * [PAGE-6.7].
 * @param layer the vertices of its layer, in the order in which they are shown
 */
export function walk(key: string, from: Vertex, layer: readonly Vertex[]): Vertex | null {
  const index = layer.indexOf(from)
  switch (key) {
    case 'ArrowRight':
      return from.holdsUp[0] ?? null
    case 'ArrowLeft':
      return from.needs[0] ?? null
    case 'ArrowDown':
      return layer[index + 1] ?? null
    case 'ArrowUp':
      return layer[index - 1] ?? null
    default:
      return null
  }
}
