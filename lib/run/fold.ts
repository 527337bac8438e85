import type { HistoryReading, Message, Observation, PlanReading, Says } from './observation'
import type { ContainerFacts } from './container'
import { compareInstants, type Instant } from './time'

/** A message that says something of the run's state, as far as the fold needs it. */
export interface Kept {
  id: string
  says: Says
  time: Instant
  /** When it first reached us, ms, our clock. */
  at: number
  /** Its place in the newest connection that brought it, and the first and the newest of those connections. */
  index: number
  firstConnection: number
  connection: number
}

/** Everything kept of a run. Only `fold` changes it, and only by what an observation says. */
export interface Run {
  /** Counts executions under the same id [RUN-14]. */
  incarnation: number
  /** The engine's own claims, and those on channels where agents speak too, each with its own bound [SAFE-5]. */
  claims: Map<string, Kept>
  hearsay: Map<string, Kept>
  overflow: boolean
  first: { id: string; time: Instant } | null
  /** The latest stamp of any message, log lines included. */
  lastTime: Instant | null
  heardAt: number | null
  /** The engine's own last word: its stamp, and when it reached us. */
  engine: { time: Instant; at: number } | null
  /** The last time that the engine was silent for `ENGINE_SILENCE` while we could hear it, ms on our clock. */
  silence: { from: number; to: number } | null
  /** The least receipt minus stamp over live frames, ms; null before there was one. */
  clockOffset: number | null
  accepted: { at: number; spec: string; dryRun: boolean } | null
  /** Whose plan it executes, by the start that was accepted, else by the first message that says so. */
  spec: string | null
  stopAt: number | null
  openedAt: number | null
  /** The newest connection that brought again everything known before it. */
  replayed: { connection: number; at: number } | null
  unknown: { connection: number; at: number } | null
  planBefore: PlanReading | null
  plan: PlanReading | null
  history: HistoryReading | null
  /** When we first read there that the run has ended. */
  historyEndedAt: number | null
  /** What Docker shows, beside what is claimed [RUN-10]: the containers that work on this run's batches, by their ids. */
  evidence: Map<string, Evidence>
  /** Since when a plan or history says that a batch is at work, ms on our clock; they have no stamps for that. */
  runningSince: Map<string, number>
  /** When the history, or the plan read beside it, last said something new, ms on our clock [RUN-13]. */
  historyChangedAt: number | null
  /** When another run went on with this one's history entry, ms on the backend's clock [RUN-13]. */
  continuedAt: number | null
}

/** A container, and the batch it works on. */
export interface Evidence {
  batchId: string
  by: 'label' | 'tree' | 'mission'
  container: ContainerFacts
}

const MAX_CLAIMS = 50_000
const MAX_HEARSAY = 2_000
const MAX_CONTAINERS = 10_000
/** An engine that says nothing for so long after a failure that may be an agent's line has failed [RUN-4]. */
export const ENGINE_SILENCE = 60_000

export function emptyRun(incarnation = 1): Run {
  return {
    incarnation,
    claims: new Map(),
    hearsay: new Map(),
    overflow: false,
    first: null,
    lastTime: null,
    heardAt: null,
    engine: null,
    silence: null,
    clockOffset: null,
    accepted: null,
    spec: null,
    stopAt: null,
    openedAt: null,
    replayed: null,
    unknown: null,
    planBefore: null,
    plan: null,
    history: null,
    historyEndedAt: null,
    evidence: new Map(),
    runningSince: new Map(),
    historyChangedAt: null,
    continuedAt: null,
  }
}

/**
 * Takes one observation in. Idempotent: the same messages in any delivery, with duplicates, losses followed by replay
 * and late noise, leave the same run [RUN-2]. Costs the same whatever the run's length.
 * @returns true where a view derived before may be out of date
 */
export function fold(run: Run, observation: Observation): boolean {
  switch (observation.kind) {
    case 'message':
      return foldMessage(run, observation)
    case 'accepted':
      run.accepted = observation
      run.spec = null
      tellSpec(run, observation.spec)
      // That the run was unknown before its start says nothing.
      run.unknown = null
      return true
    case 'stop':
      run.stopAt ??= observation.at
      // Who accepts a stop knows the run.
      if (run.unknown && run.unknown.at < observation.at) run.unknown = null
      return true
    case 'opened':
      run.openedAt = observation.at
      return true
    case 'closed':
      noteSilence(run, observation.at)
      run.openedAt = null
      return true
    case 'replayed':
      if (run.replayed && run.replayed.connection >= observation.connection) return false
      run.replayed = observation
      return true
    case 'unknown-run':
      run.unknown ??= observation
      return true
    case 'plan':
      if (observation.batches.length === 0) return false
      if (run.spec !== null && run.spec !== observation.spec) return false
      if (isKnownPlan(run, observation)) return false
      if (run.first === null && run.accepted === null) run.planBefore = observation
      if (tells(run.plan?.batches) !== tells(observation.batches)) run.historyChangedAt = observation.at
      run.plan = observation
      noteRunning(run, observation.at)
      return true
    case 'history':
      // What it says from then on is the other run's.
      if (run.continuedAt !== null) return false
      if (run.history && tells({ ...run.history, at: 0 }) === tells({ ...observation, at: 0 })) return false
      if (run.history?.status !== observation.status || tells(run.history.batches) !== tells(observation.batches)) {
        run.historyChangedAt = observation.at
      }
      run.history = observation
      noteRunning(run, observation.at)
      run.historyEndedAt = observation.endedAt === null ? null : (run.historyEndedAt ?? observation.at)
      return true
    case 'container':
      return foldContainer(run, observation)
    case 'continued':
      if (run.continuedAt !== null && run.continuedAt <= observation.from) return false
      run.continuedAt = observation.from
      return true
  }
}

/** What a fact says, to see whether a later one says anything else. */
const tells = (fact: unknown) => JSON.stringify(fact)

/** The same again, unless it is the first one after the run's begin: what was read before that corrects nothing [RUN-8]. */
function isKnownPlan({ plan, planBefore, first, accepted }: Run, { spec, shared, batches }: PlanReading): boolean {
  if (plan === null || (plan === planBefore && (first !== null || accepted !== null))) return false
  return plan.spec === spec && plan.shared === shared && tells(plan.batches) === tells(batches)
}

function noteRunning(run: Run, at: number): void {
  const running = new Set([
    ...(run.plan?.batches.filter(batch => batch.running) ?? []).map(({ id }) => id),
    ...(run.history?.batches.filter(({ status }) => status === 'running') ?? []).map(({ id }) => id),
  ])
  for (const id of run.runningSince.keys()) if (!running.has(id)) run.runningSince.delete(id)
  for (const id of running) if (!run.runningSince.has(id)) run.runningSince.set(id, at)
}

function foldContainer(run: Run, { batch, container }: Extract<Observation, { kind: 'container' }>): boolean {
  if (batch === null) return run.evidence.delete(container.id)
  const known = run.evidence.get(container.id)
  const evidence = { batchId: batch.id, by: batch.by, container }
  if (known && tells(known) === tells(evidence)) return false
  if (!known && run.evidence.size >= MAX_CONTAINERS) {
    run.overflow = true
    return true
  }
  run.evidence.set(container.id, evidence)
  return true
}

function foldMessage(run: Run, message: Message): boolean {
  if (isAnotherExecution(run, message)) restart(run)
  const news = note(run, message)
  const { says } = message
  if (says.kind === 'start' && says.spec !== null) tellSpec(run, says.spec)
  if (!mayBeAnAgents(says)) hearEngine(run, message)
  // The first message of a connection is kept whatever it says: the next one begins with it again [RUN-14].
  if ((says.kind === 'line' || says.kind === 'remark') && message.index > 0) return news
  return keep(run, message) || news
}

/** A plan that was read before the spec was known may be another's. */
function tellSpec(run: Run, spec: string): void {
  run.spec ??= spec
  if (run.plan?.spec !== run.spec) run.plan = null
  if (run.planBefore?.spec !== run.spec) run.planBefore = null
}

/** What any message tells, whatever it says: that the run exists, since when, and the time at the backend. */
function note(run: Run, message: Message): boolean {
  let news = false
  if (run.unknown && message.connection > run.unknown.connection) {
    run.unknown = null
    news = true
  }
  if (run.first === null || compareInstants(message.time, run.first.time) < 0) {
    run.first = { id: message.id, time: message.time }
    news = true
  }
  if (run.lastTime === null || compareInstants(message.time, run.lastTime) > 0) run.lastTime = message.time
  run.heardAt = message.at
  const late = message.at - message.time.ms
  if (message.live && (run.clockOffset === null || late < run.clockOffset)) {
    run.clockOffset = late
    news = true
  }
  return news
}

/** A word of the engine's own, unless it is one of a replay. */
function hearEngine(run: Run, { time, at }: Message): void {
  if (run.engine && compareInstants(time, run.engine.time) <= 0) return
  noteSilence(run, at)
  run.engine = { time, at }
}

function noteSilence(run: Run, to: number): void {
  if (run.openedAt === null) return
  const from = Math.max(run.openedAt, run.engine?.at ?? 0)
  if (to - from >= ENGINE_SILENCE) run.silence = { from, to }
}

/** A claim on a channel where agents speak too: it counts only by rules of its own. */
export function mayBeAnAgents(says: Says): boolean {
  switch (says.kind) {
    case 'batch-start':
    case 'batch-complete':
      return says.tier === 3
    case 'line':
    case 'execution-failed':
    case 'execution-aborted':
    case 'missing':
      return true
    default:
      return false
  }
}

function keep(run: Run, message: Message): boolean {
  const kept = mayBeAnAgents(message.says) ? run.hearsay : run.claims
  const known = kept.get(message.id)
  if (known) {
    if (message.connection <= known.connection) return false
    const moved = message.index !== known.index
    known.connection = message.connection
    known.index = message.index
    // Of an abort alone it matters that it came again [RUN-4].
    return moved || message.says.kind === 'execution-aborted'
  }
  if (kept.size >= (kept === run.claims ? MAX_CLAIMS : MAX_HEARSAY)) {
    run.overflow = true
    if (kept === run.claims) return true
    // The engine's own last words come last, so of what may be an agent's the oldest goes first.
    for (const oldest of kept.keys()) {
      kept.delete(oldest)
      break
    }
  }
  const { id, says, time, at, index, connection } = message
  kept.set(id, { id, says, time, at, index, firstConnection: connection, connection })
  return true
}

/**
 * A connection whose first frame is a new one, later than the first one known: the id was used again [RUN-14]. An
 * earlier one is a frame that an earlier connection lost.
 */
function isAnotherExecution(run: Run, message: Message): boolean {
  return (
    message.index === 0 &&
    run.first !== null &&
    message.id !== run.first.id &&
    !run.claims.has(message.id) &&
    !run.hearsay.has(message.id) &&
    compareInstants(message.time, run.first.time) > 0
  )
}

function restart(run: Run): void {
  const { accepted, openedAt, plan, planBefore, clockOffset, evidence } = run
  // A start of ours that came after the old story belongs to the new one, as does the plan as last read.
  const ours = accepted !== null && run.heardAt !== null && accepted.at >= run.heardAt
  Object.assign(run, emptyRun(run.incarnation + 1), {
    accepted: ours ? accepted : null,
    spec: ours ? accepted.spec : null,
    openedAt,
    plan,
    planBefore: plan ?? planBefore,
    clockOffset,
    // Whose a container is, who watches Docker weighs anew: one of the new story may have come before its first word.
    evidence,
  })
}

/** The kept messages in the backend's order: by stamp, and where stamps are equal by place in the stream. */
export function inOrder(run: Run): Kept[] {
  return [...run.claims.values(), ...run.hearsay.values()].sort(
    (a, b) => compareInstants(a.time, b.time) || a.index - b.index || a.firstConnection - b.firstConnection,
  )
}
