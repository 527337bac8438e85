import { partsOfBranch } from '../branch'
import { lastOf, type CandidateRun } from './candidate-run'
import type { ContainerFacts } from './container-facts'
import { isOverdue } from './overdue'

/** What depends on the moment. */
interface Moment {
  /** Whether Docker reported the container so recently that the backend may not have reported its batch's start yet. */
  isNew: (container: ContainerFacts) => boolean
  /** The server's clock, ms. */
  now: number
}
const TIMELESS: Moment = { isNew: () => false, now: -Infinity }

/** The run and batch that a container works on, or why they are not known. */
export type Assignment =
  | { kind: 'assigned'; runId: string; batchId: string; by: 'label' | 'tree' | 'mission' }
  /** The container fits no batch, or several batches of one run or of many. */
  | { kind: 'unassigned'; candidates: readonly { runId: string; batchId: string }[] }

type Assigned = Extract<Assignment, { kind: 'assigned' }>

interface Candidate {
  run: CandidateRun
  batch: CandidateRun['batches'][number]
  by: Assigned['by']
}

interface TakenByTime {
  by: Candidate
  container: ContainerFacts
}

/** Containers without a run, by a batch that they fit. */
type Rivals = Map<Candidate['batch'], ContainerFacts[]>

/** By how much the clocks of the backend and of the Docker Engine may differ, ms. */
export const SKEW = 5_000

/** How a container's time is compared with a run's. `late`: a run that died counts as at work until its death was known. */
interface Comparison {
  skew: number
  late: boolean
}
const EXACT: Comparison = { skew: 0, late: false }
const LATE: Comparison = { skew: 0, late: true }
const SKEWED: Comparison = { skew: SKEW, late: true }

/**
 * Finds the run and batch that each container works on [DOCK-4]: by its label, else by its work tree, else by its mission. If
 * several runs fit, time decides, or the branch that names the work tree, which is proof. The function is pure and is called
 * again with every new fact; the order of containers and runs does not matter.
 * @param containers the containers that work on batches
 */
export function assign(
  containers: readonly ContainerFacts[],
  candidateRuns: readonly CandidateRun[],
  moment: Moment = TIMELESS,
): ReadonlyMap<string, Assignment> {
  const inTurn = [...containers].sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1))
  const index = new Index(candidateRuns, inTurn, moment)
  // Assign the certain containers first: a batch has one work tree, so they exclude containers of other work trees. Then
  // assign by time: with equal clocks, then up to when a run's death was known, and last with clocks that differ.
  const result = new Map<string, Assignment>(inTurn.map(container => [container.id, index.certain(container) ?? none]))
  for (const ways of [[EXACT], [EXACT, LATE], [EXACT, LATE, SKEWED]]) {
    for (const container of inTurn) {
      if (container.marks.runId !== null) continue
      if (result.get(container.id)?.kind === 'unassigned') result.set(container.id, index.inTime(container, ways))
    }
  }
  const unassigned = inTurn.filter(({ id, marks }) => marks.runId === null && result.get(id)?.kind === 'unassigned')
  const rivals = index.rivals(unassigned)
  for (const container of inTurn) {
    if (result.get(container.id)?.kind !== 'assigned') continue
    for (const [id, doubtful] of index.doubts(container, rivals)) result.set(id, doubtful)
  }
  return result
}

class Index {
  readonly #byId = new Map<string, Candidate[]>()
  readonly #byName = new Map<string, Candidate[]>()
  /** Candidates by the work tree that the batch's branch names. */
  readonly #byTree = new Map<string, Candidate[]>()
  /** The work tree of each batch, once it is known; `#owners` is the inverse. */
  readonly #trees = new Map<Candidate['batch'], string>()
  readonly #owners = new Map<string, Assigned>()
  /** The assignments by time alone, by work tree, or by container id if there is no work tree. */
  readonly #byTime = new Map<string, TakenByTime>()
  /** The repository of the backend's work trees, taken from the first container that a branch proves. */
  readonly #repository: string | null

  readonly #candidateRuns: readonly CandidateRun[]
  readonly #moment: Moment

  constructor(candidateRuns: readonly CandidateRun[], containers: readonly ContainerFacts[], moment: Moment) {
    this.#candidateRuns = candidateRuns
    this.#moment = moment

    for (const run of candidateRuns) {
      for (const batch of run.batches) {
        push(this.#byId, batch.id, { run, batch, by: 'tree' })
        push(this.#byName, batch.name, { run, batch, by: 'mission' })
        const suffix = suffixOf(batch)
        if (suffix === null) continue
        this.#trees.set(batch, suffix)
        push(this.#byTree, keyOf(batch.id, suffix), { run, batch, by: 'tree' })
      }
    }
    const proven = containers.find(container => this.#proven(container) !== null)
    this.#repository = proven?.marks.tree?.repository ?? null
  }

  /** Assigns by label or proof; null if there is neither. */
  certain(container: ContainerFacts): Assignment | null {
    if (container.marks.runId !== null) return this.#labelled(container)
    const proven = this.#proven(container)
    return proven && this.#taken(proven, container)
  }

  /** Assigns by the container's creation time; of several ways to compare times, the first that fits any run counts. */
  inTime(container: ContainerFacts, ways: readonly Comparison[]): Assignment {
    const { marks } = container
    const foreign = marks.tree && this.#repository !== null && marks.tree.repository !== this.#repository
    if (foreign) return none
    // This holds even after the run's end: agents of the oldest generation continue in one container after another.
    const owner = this.#owners.get(treeOf(marks))
    if (owner) return owner
    const suffix = suffixIn(marks)
    const isFree = ({ batch }: Candidate) => (this.#trees.get(batch) ?? suffix) === suffix
    for (const way of ways) {
      const [only, ...others] = begunBy(this.#named(container), container, way).filter(isFree)
      if (only && others.length === 0) {
        const unheard = this.#moment.isNew(container) ? this.#mayHaveBegun(container, only) : []
        if (unheard.length > 0) return ambiguous([only, ...unheard].map(meant))
        this.#byTime.set(treeOf(marks) || container.id, { by: only, container })
        return this.#taken(only, container)
      }
      if (only) return ambiguous([only, ...others].map(meant))
    }
    return none
  }

  /**
   * Returns the containers, by id, whose assignment is not certain after all [DOCK-4.1] [DOCK-4.32] [DOCK-4.40]. The given
   * container is in doubt if it was assigned by time alone, and another run began a batch after its creation that has no
   * container. In addition, one of three conditions must hold: that batch began sooner after the creation than the container came
   * after the start of its own batch; or its container is overdue; or a container without a run fits the batch to which the given
   * one was assigned.
   */
  doubts({ id, marks }: ContainerFacts, rivals: Rivals): [containerId: string, Assignment][] {
    const taken = this.#byTime.get(treeOf(marks) || id)
    if (!taken) return []
    const { by: holder, container } = taken
    const left = rivals.get(holder.batch) ?? []
    const others = this.#begunAbout(container).filter(({ run, batch }) => {
      const { startedAt } = batch
      const createdAt = createdIn(run, container)
      if (run === holder.run || startedAt === null || startedAt <= createdAt || this.#trees.has(batch)) return false
      const isNearer = startedAt - createdAt < waitedFor(holder, container)
      const isDoubtful = isNearer || left.length > 0 || isOverdue(run, batch, this.#moment.now)
      // The assigned run may have ended before that by clocks that differ, if only time supports the assignment.
      const since = holder.run.beginsUnknown || left.length > 0 ? startedAt - SKEW : startedAt
      return isDoubtful && isOpenAt(run, createdAt) && isOpenAt(holder.run, since)
    })
    if (others.length === 0) return []
    const open = (each: ContainerFacts): [string, Assignment] => [each.id, ambiguous(this.#begunAbout(each).map(meant))]
    return [[id, ambiguous([holder, ...others].map(meant))], ...left.map(open)]
  }

  /** Finds for each batch the containers that fit it if the clocks differ. */
  rivals(unassigned: readonly ContainerFacts[]): Rivals {
    const rivals: Rivals = new Map()
    for (const container of unassigned) {
      for (const { batch } of this.#begunAbout(container)) push(rivals, batch, container)
    }
    return rivals
  }

  /**
   * The batches of other runs at work that are not known to have begun: Docker may report a container before the backend does. A run that
   * is starting counts as at work: its first container may come before its first message.
   */
  #mayHaveBegun(container: ContainerFacts, holder: Candidate): Candidate[] {
    return this.#named(container).filter(({ run, batch }) => {
      if (run === holder.run || batch.startedAt !== null || this.#trees.has(batch)) return false
      return run.isStarting ?? isAtWorkAt(run, container, SKEWED)
    })
  }

  /** The batches that the container fits if the clocks differ. */
  #begunAbout(container: ContainerFacts): Candidate[] {
    return begunBy(this.#named(container), container, SKEWED)
  }

  /** Assigns by label. A label may hold the run's id in the history, and several runs may share that entry. */
  #labelled(container: ContainerFacts): Assignment {
    const { runId, batchId, tree } = container.marks
    const named = this.#candidateRuns.filter(run => run.runId === runId)
    const runs = named.length > 0 ? named : this.#candidateRuns.filter(run => run.historyId === runId)
    const [only, ...others] = runs.length > 1 ? runs.filter(run => isAtWorkAt(run, container, SKEWED)) : runs
    const id = batchId ?? tree?.batchId
    if (!only || id === undefined) return none
    if (others.length > 0) return ambiguous([only, ...others].map(run => ({ runId: run.runId, batchId: id })))
    return { kind: 'assigned', runId: only.runId, batchId: id, by: 'label' }
  }

  /** The batch with a branch that names the container's work tree, which is proof. */
  #proven(container: ContainerFacts): Candidate | null {
    const { tree } = container.marks
    if (!tree) return null
    const named = this.#byTree.get(keyOf(tree.batchId, tree.suffix)) ?? []
    // A resumed run knows the branch, too, but the batch belongs to the run in which it began.
    const begun = named.filter(({ batch }) => batch.startedAt !== null)
    if (begun.length === 1) return begun[0] ?? null
    const [only, ...others] = (begun.length > 0 ? begun : named).filter(({ run }) => isAtWorkAt(run, container, SKEWED))
    return only && others.length === 0 ? only : null
  }

  /** The batches of all runs that the container may work on, by its best mark. */
  #named({ marks }: ContainerFacts): readonly Candidate[] {
    const id = marks.batchId ?? marks.tree?.batchId
    const byId = id === undefined ? [] : (this.#byId.get(id) ?? [])
    return byId.length > 0 || marks.mission === null ? byId : (this.#byName.get(marks.mission) ?? [])
  }

  #taken({ run, batch, by }: Candidate, { marks }: ContainerFacts): Assigned {
    const assigned: Assigned = { kind: 'assigned', runId: run.runId, batchId: batch.id, by }
    this.#trees.set(batch, suffixIn(marks))
    if (marks.tree) this.#owners.set(treeOf(marks), assigned)
    return assigned
  }
}

const none: Assignment = { kind: 'unassigned', candidates: [] }

const suffixIn = ({ tree }: ContainerFacts['marks']) => tree?.suffix ?? ''

/** A key that no two work trees share; empty if the container has no work tree. */
const treeOf = ({ tree }: ContainerFacts['marks']) => (tree ? keyOf(tree.batchId, tree.suffix) : '')

const keyOf = (batchId: string, suffix: string) => `${batchId}-${suffix}`

const ambiguous = (candidates: { runId: string; batchId: string }[]): Assignment => ({
  kind: 'unassigned',
  candidates: candidates.sort((a, b) => order(a.runId, b.runId) || order(a.batchId, b.batchId)),
})

const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

const meant = ({ run, batch }: Candidate) => ({ runId: run.runId, batchId: batch.id })

/** The candidates with a batch that had started when the container was created, in a run that was not over. */
const begunBy = (candidates: readonly Candidate[], container: ContainerFacts, way: Comparison): Candidate[] =>
  candidates.filter(({ run, batch }) => {
    if (!isAtWorkAt(run, container, way)) return false
    const begun = startOf(run, batch)
    return begun !== null && begun <= createdIn(run, container) + way.skew
  })

function isAtWorkAt(run: CandidateRun, container: ContainerFacts, { skew, late }: Comparison): boolean {
  const { startedAt } = run
  const createdAt = createdIn(run, container)
  const endedAt = late ? lastOf(run) : run.endedAt
  return startedAt !== null && startedAt <= createdAt + skew && (endedAt === null || endedAt >= createdAt - skew)
}

/** When the container was created, by the run's own clock: the Engine's clock was usually set together with the backend's. */
const createdIn = (run: CandidateRun, container: ContainerFacts): number =>
  run.createdAt?.(container) ?? container.createdAt

const isOpenAt = (run: CandidateRun, ms: number) => (lastOf(run) ?? Infinity) >= ms

/** The time between a batch's start and its container's creation, ms; `Infinity` if the start is not known. */
const waitedFor = ({ run, batch }: Candidate, container: ContainerFacts): number =>
  batch.startedAt === null || run.beginsUnknown ? Infinity : Math.abs(createdIn(run, container) - batch.startedAt)

/** When a batch began. If that is not known, the earliest start of a batch with the same name: it may be this one's. */
function startOf(run: CandidateRun, { name, startedAt }: Candidate['batch']): number | null {
  if (startedAt !== null) return startedAt
  const starts = run.batches.flatMap(twin => (twin.name === name && twin.startedAt !== null ? [twin.startedAt] : []))
  return starts.length > 0 ? Math.min(...starts) : null
}

/** The `<hex6>` of the batch's own branch. */
function suffixOf({ id, branch }: Candidate['batch']): string | null {
  const parts = branch === null ? null : partsOfBranch(branch)
  return parts?.id === id ? parts.suffix : null
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const others = map.get(key)
  if (others) others.push(value)
  else map.set(key, [value])
}
