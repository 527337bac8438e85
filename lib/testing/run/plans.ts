import fc from 'fast-check'

/** A batch as a plan has it: only what decides how a graph is laid out. */
export interface PlannedNode {
  id: string
  dependsOn: string[]
}

const HOSTILE = ['', ' ', '__proto__', 'constructor', 'b-1', 'b 1', '\u202e', '"]', 'a,b']

/** Plans of up to `maxLength` batches, also with unknown ids, repeated ones, circles, and batches that need themselves. */
export const somePlan = (maxLength = 40): fc.Arbitrary<PlannedNode[]> =>
  fc
    .array(fc.array(fc.nat({ max: maxLength + 3 }), { maxLength: 4 }), { maxLength })
    .map(needs => needs.map((each, n) => ({ id: nameOf(n), dependsOn: each.map(nameOf) })))

/** Plans without circles, in an order in which the batches can be done. */
export const sanePlan = (maxLength = 40): fc.Arbitrary<PlannedNode[]> =>
  fc
    .array(fc.array(fc.nat({ max: 1_000 }), { maxLength: 3 }), { maxLength })
    .map(needs => needs.map((each, n) => ({ id: nameOf(n), dependsOn: n === 0 ? [] : each.map(to => nameOf(to % n)) })))

const nameOf = (n: number) => HOSTILE[n] ?? `b${n}`

/** The same plan every time: each batch needs up to `most` of the `near` batches before it. */
export function largePlan(size: number, most = 3, near = 60): PlannedNode[] {
  let seed = 1
  const next = (below: number) => {
    seed = (seed * 1_664_525 + 1_013_904_223) % 2 ** 32
    return Math.floor((seed / 2 ** 32) * below)
  }
  return Array.from({ length: size }, (_, n) => ({
    id: `b${n}`,
    dependsOn: n === 0 ? [] : Array.from({ length: next(most + 1) }, () => `b${Math.max(0, n - 1 - next(near))}`),
  }))
}
