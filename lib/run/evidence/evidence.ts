import type { ClaimedBatch } from '../claims/claimed-batches'
import type { ContainerFacts } from './container-facts'
import type { Batch, Container, Finding } from '../model'
import { iso } from '../time/time'
import { isAlarm, type Around, type Judgement, type Pair } from './verdict'

/** The facts of a run that all its verdicts depend on. */
export interface Surroundings extends Around {
  /** Server's clock minus backend's clock, ms. */
  clockOffset: number
  /** By batch, a container that may work on it. */
  undecided: ReadonlyMap<string, ContainerFacts>
  /** When a source without stamps first said that a batch runs, ms on our clock. */
  runningSince: ReadonlyMap<string, number>
}

/** A batch's claim and its evidence, with times on the server's clock [RUN-10]. */
export function pairOf(
  { id, status, startedAt, endedAt, before }: ClaimedBatch,
  containers: readonly ContainerFacts[],
  around: Surroundings,
): Pair {
  const { clockOffset, undecided, runningSince } = around
  const onOurClock = (time: string | null) => (time === null ? null : Date.parse(time) + clockOffset)
  const begun = () => onOurClock(startedAt) ?? runningSince.get(id) ?? null
  const since = status === 'running' ? begun() : onOurClock(endedAt)
  const maybe = undecided.get(id) ?? null
  return { status, since, containers, undecided: maybe, before: before ?? false }
}

/** The batch as pages see it: claim, evidence and verdict. */
export function judgedBatch(
  claimed: ClaimedBatch,
  containers: readonly ContainerFacts[],
  { verdict, reason, since }: Judgement,
): Batch {
  const { id, name, status, branch, error, dependsOn, startedAt, endedAt, durationUncertain, basis, before } = claimed
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
    ...(before && { before }),
    verdict,
    reason,
    reasonSince: iso(since),
    container: all.at(-1) ?? null,
    containers: all,
  }
}

/** The finding about an alarming verdict; null if the verdict is no alarm. */
export function alarm({ id, name }: ClaimedBatch, { verdict, reason, since, containerId }: Judgement): Finding | null {
  if (!isAlarm(verdict)) return null
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
