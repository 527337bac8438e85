import * as z from 'zod'
import { containerFacts, type ContainerFacts } from './container-facts'
import type { Evidence } from '../run'
import { linkState, type Batch, type Container, type Finding } from '../model'
import { iso, type Instant } from '../time/time'
import { hasFailed } from './container-words'
import { dockerState, verdict, type Around, type Judgement } from './verdict'

/** A container that works on this batch or on another, of this run or of another: which one is not known yet [DOCK-4]. */
const undecided = z.object({ batchId: z.string(), container: containerFacts })
export type AmbiguousContainer = z.infer<typeof undecided>

/** How fresh both sources are now, and the containers that can't be assigned yet. */
export const links = z.object({
  backend: z.object({ link: linkState, since: z.number() }),
  docker: dockerState,
  undecided: z.array(undecided).readonly(),
})
export type Links = z.infer<typeof links>

/** The links for a run that is derived from claims alone: Docker is not watched. */
export const CLAIMS_ALONE: Links = {
  backend: { link: 'live', since: 0 },
  docker: { link: 'off', since: 0, lists: [], imageMissing: false },
  undecided: [],
}

/** A batch without its evidence and verdict. */
export type ClaimedBatch = Omit<Batch, 'verdict' | 'reason' | 'reasonSince' | 'container' | 'containers'> & {
  /** True if the batch was completed before this run began, so the run started no container for it. */
  before?: true
}

/** A run's containers by the batch they work on, in the order of their creation. */
export class ContainersByBatch {
  readonly #byBatch = new Map<string, readonly ContainerFacts[]>()

  constructor(evidence: Iterable<Evidence>) {
    const groups = new Map<string, ContainerFacts[]>()
    for (const { batchId, container } of evidence) {
      const others = groups.get(batchId)
      if (others) others.push(container)
      else groups.set(batchId, [container])
    }
    for (const [batchId, group] of groups) this.#byBatch.set(batchId, group.sort(inOrderOfCreation))
  }

  /** A container's evidence has changed. Each of the two is undefined if there is none. */
  replace(before: Evidence | undefined, after: Evidence | undefined): void {
    if (before) {
      const left = this.of(before.batchId).filter(({ id }) => id !== before.container.id)
      if (left.length > 0) this.#byBatch.set(before.batchId, left)
      else this.#byBatch.delete(before.batchId)
    }
    if (after) {
      const group = [...this.of(after.batchId), after.container].sort(inOrderOfCreation)
      this.#byBatch.set(after.batchId, group)
    }
  }

  /** The batch's containers: the same list until one of them changes. */
  of(batchId: string): readonly ContainerFacts[] {
    return this.#byBatch.get(batchId) ?? NO_CONTAINERS
  }

  /**
   * The batches with an agent that had failed by then: the newest container at that time had failed. If there is no such batch,
   * failures up to 2 s later count, too, because Docker's clock may differ.
   */
  failedBy({ ms }: Instant): string[] {
    const failing = [...this.#byBatch].filter(([, group]) => group.some(hasFailed)).map(([batchId]) => batchId)
    const failed = this.#failedUpTo(failing, ms)
    return failed.length > 0 ? failed : this.#failedUpTo(failing, ms + TOLD_EARLY)
  }

  #failedUpTo(failing: readonly string[], ms: number): string[] {
    return failing.filter(batchId => {
      const last = this.of(batchId).findLast(({ createdAt }) => createdAt <= ms)
      return last && hasFailed(last) && (last.finishedAt === null || last.finishedAt <= ms)
    })
  }

  /** The creation, ms, of the batch's first container near that time; null if there is none. Decides starts by name [RUN-3]. */
  begunAbout(batchId: string, { ms }: Instant): number | null {
    const near = this.of(batchId).find(
      ({ createdAt }) => createdAt >= ms - TOLD_EARLY && createdAt <= ms + BEGUN_WITHIN,
    )
    return near?.createdAt ?? null
  }
}

const NO_CONTAINERS: readonly ContainerFacts[] = []

/** The order does not depend on the order in which the containers were observed. */
const inOrderOfCreation = (a: ContainerFacts, b: ContainerFacts) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1)

/** The stamps of two processes for one moment differ by less than this, ms. */
const TOLD_EARLY = 2_000
const BEGUN_WITHIN = 60_000

/** The facts of a run that all its verdicts depend on. */
export interface Surroundings extends Around {
  /** Server's clock minus backend's clock, ms. */
  clockOffset: number
  /** By batch, a container that may work on it. */
  undecided: ReadonlyMap<string, ContainerFacts>
  /** When a source without stamps first said that a batch runs, ms on our clock. */
  runningSince: ReadonlyMap<string, number>
}

/** Compares a claim with its evidence [RUN-10] [DOCK-2]. */
export function judge(
  { id, status, startedAt, endedAt, before }: ClaimedBatch,
  containers: readonly ContainerFacts[],
  around: Surroundings,
  now: number,
): Judgement {
  const { clockOffset, undecided, runningSince } = around
  const onOurClock = (time: string | null) => (time === null ? null : Date.parse(time) + clockOffset)
  const begun = () => onOurClock(startedAt) ?? runningSince.get(id) ?? null
  const since = status === 'running' ? begun() : onOurClock(endedAt)
  const maybe = undecided.get(id) ?? null
  return verdict({ status, since, containers, undecided: maybe, before: before ?? false }, around, now)
}

/** The batch as pages see it: claim, evidence and verdict. */
export function judgedBatch(
  claimed: ClaimedBatch,
  containers: readonly ContainerFacts[],
  { verdict, reason, since }: Judgement,
): Batch {
  const { id, name, status, branch, error, dependsOn, startedAt, endedAt, durationUncertain, basis } = claimed
  const all = containers.map(shown)
  // Spelled out: thousands of objects of one shape are read much faster than copies with a rest pattern.
  return {
    id,
    name,
    status,
    branch,
    error,
    dependsOn,
    startedAt,
    endedAt,
    ...(durationUncertain && { durationUncertain }),
    basis,
    verdict,
    reason,
    reasonSince: iso(since),
    container: all.at(-1) ?? null,
    containers: all,
  }
}

/** The finding about an alarming verdict; null if the verdict is no alarm. */
export function alarm({ id, name }: ClaimedBatch, { verdict, reason, since, containerId }: Judgement): Finding | null {
  if (verdict !== 'ghost' && verdict !== 'orphan' && verdict !== 'late' && verdict !== 'conflict') return null
  return { kind: verdict, text: `${name}: ${reason}`, at: iso(since), batchId: id, containerId }
}

/** A container as pages see it. */
export function shown(facts: ContainerFacts): Container {
  const { id, name, state, stateWord, startFailed, removed, exitCode, error, oomKilled, timedOut, health } = facts
  const { restarted, startedAt, finishedAt } = facts
  return {
    id,
    name,
    state,
    stateWord,
    startFailed,
    removed,
    exitCode,
    error,
    oomKilled,
    timedOut,
    health,
    restarted: restarted && { count: restarted.count, exitCode: restarted.exitCode },
    startedAt: iso(startedAt),
    finishedAt: iso(finishedAt),
  }
}
