import type { Slot } from './order'

/** Sweeps that pull each slot towards what it is connected with. */
const SWEEPS = 12

/**
 * The height of the middle of each slot, so that edges are as straight as the order allows: each slot is pulled towards the
 * heights of its neighbours, and keeps its distance from the slots above and below it.
 * @param distance between the middles of two slots, the upper one first
 */
export function heightsOf(
  layers: readonly (readonly Slot[])[],
  distance: (a: Slot, b: Slot) => number,
): ReadonlyMap<Slot, number> {
  const heights = new Map<Slot, number>()
  const offsets = layers.map(layer => offsetsOf(layer, distance))
  layers.forEach((layer, n) => {
    const all = offsets[n] ?? []
    const middle = (all.at(-1) ?? 0) / 2
    layer.forEach((slot, index) => heights.set(slot, (all[index] ?? 0) - middle))
  })
  for (let round = 0; round < SWEEPS; round += 1) {
    const [forward, isLast] = [round % 2 === 0, round === SWEEPS - 1]
    const inOrder = layers.map((layer, n) => ({ layer, offsets: offsets[n] ?? [] }))
    for (const { layer, offsets: ownOffsets } of forward ? inOrder : inOrder.toReversed()) {
      const wishes = layer.map((slot, index) => {
        const near = isLast ? [...slot.before, ...slot.after] : forward ? slot.before : slot.after
        const { height, weight } = wishOf(slot, near, heights)
        return { height: height - (ownOffsets[index] ?? 0), weight }
      })
      rising(wishes).forEach((height, index) => {
        const slot = layer[index]
        if (slot) heights.set(slot, height + (ownOffsets[index] ?? 0))
      })
    }
  }
  return heights
}

/** How far below the first slot of its layer each slot is at least. */
function offsetsOf(layer: readonly Slot[], distance: (a: Slot, b: Slot) => number): number[] {
  let below = 0
  return layer.map((slot, index) => {
    const above = layer[index - 1]
    if (above) below += distance(above, slot)
    return below
  })
}

interface Wish {
  height: number
  weight: number
}

/** Edges with bends pull more: a bend in a long edge is seen first. */
function wishOf(slot: Slot, near: readonly Slot[], heights: ReadonlyMap<Slot, number>): Wish {
  let [sum, weight] = [0, 0]
  for (const other of near) {
    const ends = [slot, other].filter(({ vertex }) => vertex !== null).length
    const pull = ends === 2 ? 1 : ends === 1 ? 2 : 8
    sum += pull * (heights.get(other) ?? 0)
    weight += pull
  }
  return weight === 0 ? { height: heights.get(slot) ?? 0, weight: 0.1 } : { height: sum / weight, weight }
}

/** The rising numbers that are nearest to the wishes: neighbours whose wishes do not rise share their mean. */
export function rising(wishes: readonly Wish[]): number[] {
  const groups: (Wish & { count: number })[] = []
  for (const wish of wishes) {
    let group = { ...wish, count: 1 }
    for (let above = groups.at(-1); above && above.height > group.height; above = groups.at(-1)) {
      groups.pop()
      const weight = above.weight + group.weight
      const height = (above.height * above.weight + group.height * group.weight) / weight
      group = { height, weight, count: above.count + group.count }
    }
    groups.push(group)
  }
  return groups.flatMap(({ height, count }) => new Array<number>(count).fill(height))
}
