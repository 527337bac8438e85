import type { ContainerFacts } from '../../run/evidence/container-facts'
import type { AmbiguousContainer } from '../../run/links'

/** A container, and all batches that it may work on. */
export interface AmbiguousAssignment {
  container: ContainerFacts
  candidates: readonly { runId: string; batchId: string }[]
}

export type AmbiguousByRun = ReadonlyMap<string, readonly AmbiguousContainer[]>

/** By run id: the containers that may belong to the run [DOCK-4]. A list without changes is the same object as before. */
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
