import * as z from 'zod'
import { containerFacts, type ContainerFacts } from './container-facts'
import type { Evidence } from './run'
import { isOver, linkState, type Batch, type Container, type Finding, type RunStatus } from './model'
import { iso, type Instant } from './time'
import { hasFailed } from './container-words'
import { dockerState, verdict, type Around } from './verdict'

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

/** The facts from a run's claims that verdicts need. */
export interface Claims {
  status: RunStatus
  dryRun: boolean
  local: boolean
  endedAt: string | null
  /** Server's clock minus backend's clock, ms. */
  clockOffset: number
}

/** A run's containers by the batch they work on, in the order of their creation. */
export class ContainersByBatch {
  readonly #byBatch = new Map<string, ContainerFacts[]>()
  readonly #failing: readonly string[]

  constructor(evidence: ReadonlyMap<string, Evidence>) {
    for (const { batchId, container } of evidence.values()) {
      const others = this.#byBatch.get(batchId)
      if (others) others.push(container)
      else this.#byBatch.set(batchId, [container])
    }
    for (const group of this.#byBatch.values()) group.sort(inOrderOfCreation)
    this.#failing = [...this.#byBatch].filter(([, group]) => group.some(hasFailed)).map(([batchId]) => batchId)
  }

  of(batchId: string): readonly ContainerFacts[] {
    return this.#byBatch.get(batchId) ?? []
  }

  get isEmpty(): boolean {
    return this.#byBatch.size === 0
  }

  /**
   * The batches with an agent that had failed by then: the newest container at that time had failed. If there is no such batch,
   * failures up to 2 s later count, too, because Docker's clock may differ.
   */
  failedBy({ ms }: Instant): string[] {
    const failed = this.#failedUpTo(ms)
    return failed.length > 0 ? failed : this.#failedUpTo(ms + TOLD_EARLY)
  }

  #failedUpTo(ms: number): string[] {
    return this.#failing.filter(batchId => {
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

/** The order does not depend on the order in which the containers were observed. */
const inOrderOfCreation = (a: ContainerFacts, b: ContainerFacts) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1)

/** The stamps of two processes for one moment differ by less than this, ms. */
const TOLD_EARLY = 2_000
const BEGUN_WITHIN = 60_000

/**
 * Adds the evidence and a verdict to each claim [RUN-10], [DOCK-2].
 * @param runningSince when a source without stamps first said that a batch runs, ms on our clock
 */
export function judge(
  batches: readonly ClaimedBatch[],
  claims: Claims,
  containers: ContainersByBatch,
  runningSince: ReadonlyMap<string, number>,
  links: Links,
  now: number,
): { batches: Batch[]; findings: Finding[]; deadline: number | null } {
  const onOurClock = (time: string | null) => (time === null ? null : Date.parse(time) + claims.clockOffset)
  const around: Around = {
    ...links,
    over: isOver(claims.status),
    endedAt: onOurClock(claims.endedAt),
    local: claims.dryRun ? 'dry-run' : claims.local ? 'fallback' : null,
  }
  const undecided = new Map(links.undecided.map(({ batchId, container }) => [batchId, container]))
  const findings: Finding[] = []
  const deadlines: number[] = []
  const judged = batches.map(({ before = false, ...batch }) => {
    const evidence = containers.of(batch.id)
    const begun = onOurClock(batch.startedAt) ?? runningSince.get(batch.id) ?? null
    const since = batch.status === 'running' ? begun : onOurClock(batch.endedAt)
    const maybe = undecided.get(batch.id) ?? null
    const word = verdict({ status: batch.status, since, containers: evidence, undecided: maybe, before }, around, now)
    const containersShown = evidence.map(shown)
    const reasonSince = iso(word.since)
    if (word.deadline !== null) deadlines.push(word.deadline)
    if (
      word.verdict === 'ghost' ||
      word.verdict === 'orphan' ||
      word.verdict === 'late' ||
      word.verdict === 'conflict'
    ) {
      const text = `${batch.name}: ${word.reason}`
      findings.push({
        kind: word.verdict,
        text,
        at: reasonSince,
        batchId: batch.id,
        containerId: word.containerId,
      })
    }
    return {
      ...batch,
      verdict: word.verdict,
      reason: word.reason,
      reasonSince,
      container: containersShown.at(-1) ?? null,
      containers: containersShown,
    }
  })
  return { batches: judged, findings, deadline: deadlines.length > 0 ? Math.min(...deadlines) : null }
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
