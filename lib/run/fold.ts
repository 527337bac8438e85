import type { HistoryReading, Message, Observation, PlanReading, Says } from './observation'
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
  engineHeardAt: number | null
  /** The least receipt minus stamp over live frames, ms; null before there was one. */
  clockOffset: number | null
  accepted: { at: number; spec: string; dryRun: boolean } | null
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
}

const MAX_CLAIMS = 50_000
const MAX_HEARSAY = 2_000

export function emptyRun(incarnation = 1): Run {
  return {
    incarnation,
    claims: new Map(),
    hearsay: new Map(),
    overflow: false,
    first: null,
    lastTime: null,
    heardAt: null,
    engineHeardAt: null,
    clockOffset: null,
    accepted: null,
    stopAt: null,
    openedAt: null,
    replayed: null,
    unknown: null,
    planBefore: null,
    plan: null,
    history: null,
    historyEndedAt: null,
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
      return true
    case 'stop':
      run.stopAt ??= observation.at
      return true
    case 'opened':
      run.openedAt = observation.at
      return true
    case 'closed':
      run.openedAt = null
      return true
    case 'replayed':
      if (run.replayed && run.replayed.connection >= observation.connection) return false
      run.replayed = observation
      return true
    case 'unknown-run':
      // One answer to one connection; a start that came after it is another story.
      run.unknown ??= observation
      return true
    case 'plan':
      if (observation.batches.length === 0) return false
      if (run.first === null && run.accepted === null) run.planBefore = observation
      run.plan = observation
      return true
    case 'history':
      run.history = observation
      run.historyEndedAt = observation.endedAt === null ? null : (run.historyEndedAt ?? observation.at)
      return true
  }
}

function foldMessage(run: Run, message: Message): boolean {
  if (isAnotherExecution(run, message)) restart(run)
  if (run.unknown && message.connection > run.unknown.connection) run.unknown = null
  if (run.first === null || compareInstants(message.time, run.first.time) < 0) {
    run.first = { id: message.id, time: message.time }
  }
  if (run.lastTime === null || compareInstants(message.time, run.lastTime) > 0) run.lastTime = message.time
  run.heardAt = message.at
  const kept = mayBeAnAgents(message.says) ? run.hearsay : run.claims
  const known = kept.get(message.id)
  if (message.live && !known) {
    run.clockOffset = Math.min(run.clockOffset ?? Infinity, message.at - message.time.ms)
  }
  if (message.says.kind === 'line') return false
  if (known) {
    if (message.connection <= known.connection) return false
    known.connection = message.connection
    known.index = message.index
    return true
  }
  if (kept === run.claims) run.engineHeardAt = message.at
  if (message.says.kind === 'remark') return false
  return keep(run, kept, message)
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

function keep(run: Run, kept: Map<string, Kept>, message: Message): boolean {
  if (kept.size >= (kept === run.claims ? MAX_CLAIMS : MAX_HEARSAY)) {
    run.overflow = true
    if (kept === run.claims) return true
    // The engine's own last words come last, so of what may be an agent's the oldest goes first.
    for (const oldest of kept.keys()) {
      kept.delete(oldest)
      break
    }
  }
  kept.set(message.id, {
    id: message.id,
    says: message.says,
    time: message.time,
    at: message.at,
    index: message.index,
    firstConnection: message.connection,
    connection: message.connection,
  })
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
  const { accepted, openedAt, plan, planBefore, clockOffset } = run
  // A start of ours that came after the old story belongs to the new one, as does the plan as last read.
  const ours = accepted !== null && run.heardAt !== null && accepted.at >= run.heardAt
  Object.assign(run, emptyRun(run.incarnation + 1), {
    accepted: ours ? accepted : null,
    openedAt,
    plan,
    planBefore: plan ?? planBefore,
    clockOffset,
  })
}

/** The kept messages in the backend's order: by stamp, and where stamps are equal by place in the stream. */
export function inOrder(run: Run): Kept[] {
  return [...run.claims.values(), ...run.hearsay.values()].sort(
    (a, b) => compareInstants(a.time, b.time) || a.index - b.index || a.connection - b.connection,
  )
}
