import type { ContainerFacts } from '../../run/container'
import type { Undecided } from '../../run/evidence'

/** A container, and every batch that it may work on. */
export interface Open {
  container: ContainerFacts
  candidates: readonly { runId: string; batchId: string }[]
}

export type UndecidedByRun = ReadonlyMap<string, readonly Undecided[]>

/** The containers that may be a run's own, by its id [DOCK-4]. A list in which nothing is new is the very same as before. */
export function undecidedByRun(open: readonly Open[], before: UndecidedByRun): UndecidedByRun {
  const byRun = new Map<string, Undecided[]>()
  for (const { container, candidates } of open) {
    for (const { runId, batchId } of candidates) {
      const others = byRun.get(runId)
      if (others) others.push({ batchId, container })
      else byRun.set(runId, [{ batchId, container }])
    }
  }
  const kept = [...byRun].map(([runId, list]) => {
    const known = before.get(runId)
    return [runId, known && isSame(known, list) ? known : list] as const
  })
  return new Map(kept)
}

const isSame = (a: readonly Undecided[], b: readonly Undecided[]): boolean =>
  a.length === b.length &&
  a.every(({ batchId, container }, index) => batchId === b[index]?.batchId && container === b[index].container)
