import type { Message, Observation, PlanReading, Says } from './observation'
import { emptyRun, type Run } from './run'
import { compareInstants } from './time'

const MAX_CLAIMS = 50_000
const MAX_HEARSAY = 2_000
const MAX_CONTAINERS = 10_000
/** An engine that says nothing for so long after a failure that may be an agent's line has failed [RUN-4]. */
export const ENGINE_SILENCE = 60_000

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
    case 'asked':
      run.asked = { at: observation.at, dryRun: observation.dryRun }
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
      run.replayed = { ...observation, openedAt: run.openedAt ?? observation.at }
      return true
    case 'silent':
      noteSilence(run, observation.at)
      return true
    case 'unknown-run':
      run.unknown ??= observation
      return true
    case 'plan':
      if (observation.batches.length === 0) return false
      if (run.spec !== null && run.spec !== observation.spec) return false
      if (isKnownPlan(run, observation)) return false
      // Once a start was sent, accepted or not, the run may be what wrote it.
      if (run.first === null && run.accepted === null && run.asked === null) run.planBefore = observation
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
function isKnownPlan(
  { plan, planBefore, first, accepted, asked }: Run,
  { spec, shared, batches }: PlanReading,
): boolean {
  if (plan === null || (plan === planBefore && (first !== null || accepted !== null || asked !== null))) return false
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
