import type { ContainerFacts } from './container'

/** A run as far as it matters whose a container is. Times in ms on the backend's clock, which is the Engine's as a rule. */
export interface Employer {
  runId: string
  historyId: string | null
  /** Null while nothing of it was heard. */
  startedAt: number | null
  endedAt: number | null
  batches: readonly { id: string; name: string; startedAt: number | null; branch: string | null }[]
}

/** Whose a container is, or why that can't be said. */
export type Assignment =
  | { kind: 'assigned'; runId: string; batchId: string; by: 'label' | 'tree' | 'mission' }
  /** It fits several runs or batches, or none. */
  | { kind: 'unassigned'; candidates: readonly string[] }

interface Candidate {
  run: Employer
  batch: Employer['batches'][number]
  by: 'label' | 'tree' | 'mission'
}

/** By how much the clocks of backend and Engine may differ where that alone leaves a container without a run, ms. */
const SKEW = 5_000

/**
 * Which run's batch each container works on [DOCK-4]: by label, else by its work tree, else by the name of its mission;
 * between runs by time, and by the branch that names its work tree, which is proof. Pure, and done again with every new fact.
 * @param containers those that work on batches
 */
export function assign(
  containers: readonly ContainerFacts[],
  employers: readonly Employer[],
): ReadonlyMap<string, Assignment> {
  const index = new Index(employers)
  const repository = index.provenRepository(containers)
  const result = new Map<string, Assignment>()
  // Earlier ones first: a batch that has a container is nobody's for another work tree.
  for (const container of [...containers].sort((a, b) => a.createdAt - b.createdAt)) {
    result.set(container.id, index.assign(container, repository))
  }
  return result
}

class Index {
  private readonly byRun = new Map<string, Employer>()
  private readonly byId = new Map<string, Candidate[]>()
  private readonly byName = new Map<string, Candidate[]>()
  /** The work tree in which a run's batch is done, once one is known. */
  private readonly trees = new Map<Candidate['batch'], string>()

  constructor(employers: readonly Employer[]) {
    for (const run of employers) {
      this.byRun.set(run.runId, run)
      if (run.historyId !== null && !this.byRun.has(run.historyId)) this.byRun.set(run.historyId, run)
      for (const batch of run.batches) {
        push(this.byId, batch.id, { run, batch, by: 'tree' })
        push(this.byName, batch.name, { run, batch, by: 'mission' })
        const suffix = suffixOf(batch)
        if (suffix !== null) this.trees.set(batch, suffix)
      }
    }
  }

  /** Where the backend's work trees are, by the first container that a branch proves to be its own. */
  provenRepository(containers: readonly ContainerFacts[]): string | null {
    for (const { marks } of containers) {
      const proven = marks.tree && this.proven(marks.tree.batchId, marks.tree.suffix).length > 0
      if (proven) return marks.tree?.repository ?? null
    }
    return null
  }

  assign(container: ContainerFacts, repository: string | null): Assignment {
    const { marks, createdAt } = container
    const labelled = this.labelled(container)
    if (labelled) return labelled
    const tree = marks.tree
    if (tree && repository !== null && tree.repository !== repository) return none
    const proven = tree ? within(this.proven(tree.batchId, tree.suffix), createdAt) : []
    const [certain] = proven
    if (certain) return this.taken(certain, container)
    const fitting = this.named(container).filter(({ batch }) => this.isFree(batch, container))
    const [only, ...others] = inTime(fitting, createdAt, 0) ?? inTime(fitting, createdAt, SKEW) ?? []
    if (!only) return none
    if (others.length > 0) return { kind: 'unassigned', candidates: [only, ...others].map(({ run }) => run.runId) }
    return this.taken(only, container)
  }

  private labelled({ marks }: ContainerFacts): Assignment | null {
    if (marks.runId === null) return null
    const run = this.byRun.get(marks.runId)
    const batchId = marks.batchId ?? marks.tree?.batchId
    if (!run || batchId === undefined) return none
    return { kind: 'assigned', runId: run.runId, batchId, by: 'label' }
  }

  /** Every run's batch that the container may mean, best mark first. */
  private named({ marks }: ContainerFacts): readonly Candidate[] {
    const id = marks.batchId ?? marks.tree?.batchId
    const byId = id === undefined ? [] : (this.byId.get(id) ?? [])
    return byId.length > 0 || marks.mission === null ? byId : (this.byName.get(marks.mission) ?? [])
  }

  /** A batch is done in one work tree. */
  private isFree(batch: Candidate['batch'], { marks }: ContainerFacts): boolean {
    const known = this.trees.get(batch)
    return known === undefined || known === treeOf(marks)
  }

  private taken({ run, batch, by }: Candidate, { marks }: ContainerFacts): Assignment {
    this.trees.set(batch, treeOf(marks))
    return { kind: 'assigned', runId: run.runId, batchId: batch.id, by: marks.tree ? 'tree' : by }
  }

  private proven(batchId: string, suffix: string): Candidate[] {
    const named = (this.byId.get(batchId) ?? []).filter(({ batch }) => suffixOf(batch) === suffix)
    // A resumed run knows the branch too; the batch was done in the run in which it began.
    const begun = named.filter(({ batch }) => batch.startedAt !== null)
    return begun.length > 0 ? begun : named
  }
}

const treeOf = ({ tree }: ContainerFacts['marks']) => tree?.suffix ?? ''

const none: Assignment = { kind: 'unassigned', candidates: [] }

/** The candidates whose batch had started by then and whose run was not over; null where there is none. */
function inTime(candidates: readonly Candidate[], createdAt: number, skew: number): Candidate[] | null {
  const fitting = within(candidates, createdAt, skew).filter(({ run, batch }) => {
    const begun = startOf(run, batch)
    return begun !== null && begun <= createdAt + skew
  })
  return fitting.length > 0 ? fitting : null
}

/** Those whose run was at work then. */
function within(candidates: readonly Candidate[], createdAt: number, skew = SKEW): Candidate[] {
  return candidates.filter(
    ({ run: { startedAt, endedAt } }) =>
      startedAt !== null && startedAt <= createdAt + skew && (endedAt === null || endedAt >= createdAt - skew),
  )
}

/** When a batch began; of equal names a start by name may be another's. */
function startOf(run: Employer, batch: Candidate['batch']): number | null {
  if (batch.startedAt !== null) return batch.startedAt
  const twin = run.batches.find(other => other.name === batch.name && other.startedAt !== null)
  return twin?.startedAt ?? null
}

/** The `<hex6>` of `…/ckrv-batch-<id>-<hex6>`. */
function suffixOf({ id, branch }: Candidate['batch']): string | null {
  const named = branch === null ? null : /(?:^|\/)ckrv-batch-(.+)-([0-9a-f]{6})$/s.exec(branch)
  return named?.[1] === id ? (named[2] ?? null) : null
}

function push(map: Map<string, Candidate[]>, key: string, candidate: Candidate): void {
  const others = map.get(key)
  if (others) others.push(candidate)
  else map.set(key, [candidate])
}
