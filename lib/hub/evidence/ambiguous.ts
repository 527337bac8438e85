import type { ContainerFacts } from '../../run/container-facts'
import type { AmbiguousContainer } from '../../run/evidence'

/** A container, and every batch that it may work on. */
export interface AmbiguousAssignment {
  container: ContainerFacts
  candidates: readonly { runId: string; batchId: string }[]
}

export type AmbiguousByRun = ReadonlyMap<string, readonly AmbiguousContainer[]>

/** The containers that may be a run's own, by its id [DOCK-4]. A list in which nothing is new is the very same as before. */
export function ambiguousByRun(open: readonly AmbiguousAssignment[], before: AmbiguousByRun): AmbiguousByRun {
  const byRun = new Map<string, AmbiguousContainer[]>()
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

const isSame = (a: readonly AmbiguousContainer[], b: readonly AmbiguousContainer[]): boolean =>
  a.length === b.length &&
  a.every(({ batchId, container }, index) => batchId === b[index]?.batchId && container === b[index].container)
