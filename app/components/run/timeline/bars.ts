import { hasEnded } from '../../../../lib/run/evidence/container'
import { isOver } from '../../../../lib/run/is-over'
import type { Batch, Container, RunFields, Snapshot } from '../../../../lib/run/model'

/**
 * The bars of the timeline. The first four are phases of the backend's claim, one after the other; `evidence` is what Docker showed
 * of a container. A time that is not known gives no bar [PAGE-5.4].
 */
export type BarKind = 'waiting' | 'starting' | 'running' | 'merging' | 'evidence'

export interface Bar {
  kind: BarKind
  /** In ms since the run's start. */
  from: number
  /** Null while it goes on. */
  to: number | null
}

/** What the bars of every batch of a run depend on. Times are on the backend's clock, ms. */
export interface Scene {
  startedAt: number
  /** Null while the run goes on, or if its end is not known. */
  endedAt: number | null
  isOver: boolean
  /** It is not known which pending batches were completed before the run [RUN-8.6]. */
  maybeCompleted: boolean
  /** The clock of the containers' times minus the backend's, ms. */
  engineOffset: number
}

type Timed = Pick<RunFields, 'status' | 'startedAt' | 'endedAt' | 'unnamedCompleted'>

/** Null if it is not known when the run began: then no bar has a place. */
export function sceneOf(run: Timed, engineOffset: number): Scene | null {
  const startedAt = timeOf(run.startedAt)
  if (startedAt === null) return null
  return {
    startedAt,
    endedAt: timeOf(run.endedAt),
    isOver: isOver(run.status),
    maybeCompleted: run.unnamedCompleted !== undefined,
    engineOffset,
  }
}

/**
 * The Engine's clock may be the backend's or the server's: of both readings this takes the one by which containers start nearer to
 * their batches [RUN-7].
 * @param clockOffset the server's clock minus the backend's, ms
 */
export function engineOffsetOf(batches: readonly Batch[], clockOffset: number): number {
  if (clockOffset === 0) return 0
  let fromBackends = 0
  let fromServers = 0
  for (const { startedAt, containers } of batches) {
    const claimed = timeOf(startedAt)
    const first = firstStart(containers)
    if (claimed === null || first === null) continue
    fromBackends += Math.abs(first - claimed)
    fromServers += Math.abs(first - clockOffset - claimed)
  }
  return fromServers < fromBackends ? clockOffset : 0
}

/**
 * Finds since when each batch could begin: the end of its last dependency, or the run's start if it has none. Null if a dependency
 * has not ended, or its end is not known.
 */
export function readySince(batches: readonly Batch[], scene: Scene): (batch: Batch) => number | null {
  const ends = new Map(batches.map(({ id, endedAt }) => [id, timeOf(endedAt)]))
  return ({ dependsOn }) => {
    let since = 0
    for (const id of dependsOn) {
      const end = ends.get(id) ?? null
      if (end === null) return null
      since = Math.max(since, end - scene.startedAt)
    }
    return since
  }
}

/** The last known time of a run, ms since its start: that of its end, of a batch or of a container. */
export function latestOf(batches: readonly Batch[], scene: Scene): number {
  let latest = scene.endedAt === null ? 0 : scene.endedAt - scene.startedAt
  const isTold = (at: number | null) => {
    if (at !== null) latest = Math.max(latest, at)
  }
  for (const { startedAt, endedAt, containers } of batches) {
    isTold(fromStart(timeOf(endedAt ?? startedAt), scene))
    for (const one of containers) isTold(onRunsClock(timeOf(one.finishedAt ?? one.startedAt), scene))
  }
  return latest
}

/** All bars of a run, by batch in plan order. Depends on the snapshot alone. */
export function timelineOf(run: Snapshot): Bar[][] {
  const scene = sceneOf(run, engineOffsetOf(run.batches, run.clockOffset))
  if (scene === null) return run.batches.map(() => [])
  const since = readySince(run.batches, scene)
  return run.batches.map(batch => barsOf(batch, since(batch), scene))
}

/**
 * The bars of one batch: the phases in the order of time, then the evidence in the order of the containers' starts.
 * @param since when the batch could begin, ms since the run's start; null if that is not known
 */
export function barsOf(batch: Batch, since: number | null, scene: Scene): Bar[] {
  const evidence = batch.containers
    .flatMap(container => evidenceOf(container, scene))
    .sort((a, b) => a.from - b.from || (a.to ?? Infinity) - (b.to ?? Infinity))
  return [...claimOf(batch, since, scene), ...evidence]
}

function claimOf(batch: Batch, since: number | null, scene: Scene): Bar[] {
  const start = fromStart(timeOf(batch.startedAt), scene)
  if (start === null) return waitOf(batch, since, scene)
  const end = fromStart(timeOf(batch.endedAt), scene)
  // It was over before the run: the batch was completed by an earlier one.
  if (end !== null && end < 0) return []
  const goesOn = end === null && batch.status === 'running' && !scene.isOver
  const from = Math.max(0, start)
  const until = end === null ? null : Math.max(from, end)
  const waited: Bar[] = since !== null && since < from ? [{ kind: 'waiting', from: since, to: from }] : []
  return [...waited, ...workOf(batch.containers, from, until, goesOn, scene)]
}

/** The wait of a batch that has not begun. */
function waitOf({ status }: Batch, since: number | null, { isOver, maybeCompleted, ...scene }: Scene): Bar[] {
  if (status !== 'pending' || since === null || maybeCompleted) return []
  if (!isOver) return [{ kind: 'waiting', from: since, to: null }]
  const end = scene.endedAt === null ? null : scene.endedAt - scene.startedAt
  return end !== null && end > since ? [{ kind: 'waiting', from: since, to: end }] : []
}

/** The phases of a batch that has begun. `until`: its end by the backend, null if there is none or it is not known. */
function workOf(
  containers: readonly Container[],
  from: number,
  until: number | null,
  goesOn: boolean,
  scene: Scene,
): Bar[] {
  const isCreated = containers.length > 0 && containers.every(one => one.startedAt === null && !hasEnded(one))
  if (goesOn && isCreated) return [{ kind: 'starting', from, to: null }]
  const latest = until ?? Infinity
  const first = onRunsClock(firstStart(containers), scene)
  const last = onRunsClock(lastEnd(containers), scene)
  const begun = first === null ? from : Math.min(latest, Math.max(from, first))
  const worked = last === null ? until : Math.min(latest, Math.max(begun, last))
  const bars: Bar[] = begun > from ? [{ kind: 'starting', from, to: begun }] : []
  if (worked !== null || goesOn) bars.push({ kind: 'running', from: begun, to: worked })
  if (worked !== null && (goesOn || (until !== null && until > worked))) {
    bars.push({ kind: 'merging', from: worked, to: until })
  }
  return bars
}

function evidenceOf(container: Container, scene: Scene): Bar[] {
  const start = onRunsClock(timeOf(container.startedAt), scene)
  const end = onRunsClock(timeOf(container.finishedAt), scene)
  if (start === null || (end === null && hasEnded(container)) || (end !== null && end < Math.max(0, start))) return []
  return [{ kind: 'evidence', from: Math.max(0, start), to: end }]
}

/** When the first container started, on the Engine's clock; null if that is not known, as after a restart of the container. */
function firstStart(containers: readonly Container[]): number | null {
  const starts = containers.flatMap(({ startedAt }) => timeOf(startedAt) ?? [])
  const first = starts.length === 0 ? null : Math.min(...starts)
  const isRestarted = containers.some(({ startedAt, restarted }) => restarted !== null && timeOf(startedAt) === first)
  return isRestarted ? null : first
}

/** When the last container ended, on the Engine's clock; null while one is at work, or if the end of one was not seen. */
function lastEnd(containers: readonly Container[]): number | null {
  const begun = containers.filter(({ startedAt }) => startedAt !== null)
  const ends = begun.flatMap(one => (hasEnded(one) ? (timeOf(one.finishedAt) ?? []) : []))
  const isAtWork = containers.some(one => !hasEnded(one))
  return isAtWork || begun.length === 0 || ends.length < begun.length ? null : Math.max(...ends)
}

const fromStart = (at: number | null, scene: Scene): number | null => (at === null ? null : at - scene.startedAt)
const onRunsClock = (at: number | null, scene: Scene): number | null =>
  at === null ? null : at - scene.engineOffset - scene.startedAt

function timeOf(at: string | null): number | null {
  const time = at === null ? NaN : Date.parse(at)
  return Number.isNaN(time) ? null : time
}
