import type { Batch } from '../../../../lib/run/model'
import { elapsed } from '../../../../lib/run/time/time'
import type { Graph, Vertex } from './graph'

/**
 * How long a batch is known to have worked, ms: what it took, or so far. 0 for a batch that has not begun, for one whose end is not
 * known, and for one whose duration is uncertain [PAGE-6.4].
 * @param now the server's clock, ms
 */
export function knownDuration(
  { status, startedAt, endedAt, durationUncertain }: Batch,
  clockOffset: number,
  now: number,
): number {
  if (durationUncertain === true || (endedAt === null && status !== 'running')) return 0
  return elapsed({ startedAt, endedAt, clockOffset }, now)
}

interface Chain {
  readonly last: Vertex
  readonly before: Chain | null
  /** The sum of the durations. */
  readonly sum: number
  readonly length: number
}

/** The longer one; of two equal ones the one with more batches, then the one whose last batch is earlier in the plan. */
const isLonger = (a: Chain, b: Chain) => (a.sum - b.sum || a.length - b.length || b.last.place - a.last.place) > 0

const longest = (chains: readonly Chain[]): Chain | null =>
  chains.reduce<Chain | null>((best, chain) => (best === null || isLonger(chain, best) ? chain : best), null)

/**
 * The critical path: of all chains of dependencies the one with the greatest sum of durations [PAGE-6.4]. A chain has at least two
 * batches, so a run without dependencies has no critical path.
 */
export function criticalPath({ layers }: Graph, durationOf: (vertex: Vertex) => number): readonly Vertex[] {
  const chains = new Map<Vertex, Chain>()
  for (const last of layers.flat()) {
    const before = longest(last.needs.flatMap(need => chains.get(need) ?? []))
    const [sum, length] = [before?.sum ?? 0, before?.length ?? 0]
    chains.set(last, { last, before, sum: sum + durationOf(last), length: length + 1 })
  }
  const path: Vertex[] = []
  let chain = longest([...chains.values()].filter(({ length }) => length > 1))
  for (; chain !== null; chain = chain.before) path.unshift(chain.last)
  return path
}
