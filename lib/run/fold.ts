import { CLOCK_TOLERANCE, dropUnconfirmed, foldClock, RunClock } from './time/clock-steps'
import { hasEndedSince, isAtWork } from './evidence/container'
import { foldOurClock, isFirstOfOurs, isUndated, offsetOf, presumed } from './time/our-clock'
import type { HistoryReading, Message, Observation, PlanReading, MessageClaim } from './observation'
import { emptyRun, entryAlone, type Evidence, type StoredMessage, type Run } from './run'
import { compareInstants } from './time/time'

const MAX_CLAIMS = 50_000
const MAX_UNVERIFIED = 2_000
const MAX_CONTAINERS = 10_000
const MAX_NOTES = 20
/** If the orchestrator is silent for this long after a failure that may be an agent's line, the run has failed [RUN-4], ms. */
export const ORCHESTRATOR_SILENCE = 60_000

/** A change of a run by an observation. Single facts may have changed in any case. */
export type Change =
  | { readonly kind: 'facts' }
  /** A claim was added, and the kept ones are as they were. */
  | { readonly kind: 'claim'; readonly claim: StoredMessage }
  /** Claims were moved or dropped. */
  | { readonly kind: 'claims' }
  /** A container's evidence; each of the two is undefined if there is none. */
  | { readonly kind: 'evidence'; readonly before: Evidence | undefined; readonly after: Evidence | undefined }

type OperatorNote = Extract<Observation, { kind: 'noted' }>

const FACTS: Change = { kind: 'facts' }
const CLAIMS: Change = { kind: 'claims' }

/**
 * Applies one observation to the run. Idempotent: the same messages give the same run, however they are delivered: repeated,
 * lost and replayed, or late [RUN-2]. The cost does not depend on the length of the run.
 * @returns what has changed; null if a view that was derived before is still true
 */
export function fold(run: Run, observation: Observation): Change | null {
  switch (observation.kind) {
    case 'message':
      return foldMessage(run, observation)
    case 'accepted':
      run.accepted = observation
      run.spec = null
      tellSpec(run, observation.spec)
      // The backend could not know the run before its start.
      run.unknown = null
      return FACTS
    case 'asked':
      run.asked = { at: observation.at, dryRun: observation.dryRun }
      return FACTS
    case 'stop':
      run.stopAt ??= observation.at
      // An accepted stop proves that the backend knows the run.
      if (run.unknown && run.unknown.at < observation.at) run.unknown = null
      return FACTS
    case 'opened':
      run.openedAt = observation.at
      return FACTS
    case 'closed':
      noteSilence(run, observation.at)
      if (!observation.byUs && run.replayed?.connection === observation.connection) run.brokeAt = observation.at
      run.openedAt = null
      return FACTS
    case 'replayed':
      if (run.replayed && run.replayed.connection >= observation.connection) return null
      run.replayed = { ...observation, openedAt: run.openedAt ?? observation.at }
      dropUnconfirmed(run.clockSteps, observation.connection)
      return FACTS
    case 'silent':
      noteSilence(run, observation.at)
      for (const { silence } of run.unverifiedClaims.values()) if (silence) silence.wasEnd = true
      if (entryAlone(run)) run.quietAt ??= observation.at
      return FACTS
    case 'awaited':
      if (run.historyEndedAt === null) return null
      run.historyAwaited = true
      return FACTS
    case 'stirred':
      if (run.quietAt === null) return null
      run.quietAt = null
      return FACTS
    case 'unknown-run':
      run.unknown ??= observation
      return FACTS
    case 'plan':
      return foldPlan(run, observation)
    case 'history':
      return foldHistory(run, observation)
    case 'container':
      return foldContainer(run, observation)
    case 'continued':
      if (run.continued && run.continued.from <= observation.from) return null
      run.continued = { from: observation.from, at: run.continued?.at ?? observation.at }
      return FACTS
    case 'our-clock':
      return foldOurClock(run, observation) ? FACTS : null
    case 'dated':
      if (!isUndated(run)) return null
      run.datedOffset = observation.offset
      return FACTS
    case 'noted':
      if (run.notes.some(note => isSameNote(note, observation))) return null
      run.notes = [...run.notes, observation].slice(-MAX_NOTES)
      return FACTS
  }
}

/** The content of a fact as text, to find whether a later fact differs. */
const fingerprint = (fact: unknown) => JSON.stringify(fact)

/** An answer that has not changed since it was last read gives the same object. */
const isSame = (a: unknown, b: unknown): boolean => a === b || fingerprint(a) === fingerprint(b)

const isSameEntry = ({ batches: a, ...known }: HistoryReading, { batches: b, ...entry }: HistoryReading): boolean =>
  isSame({ ...known, at: 0 }, { ...entry, at: 0 }) && isSame(a, b)

const isSameNote = (a: OperatorNote, b: OperatorNote): boolean => a.at === b.at && a.by === b.by && a.text === b.text

/**
 * Whether the plan is the same as the last one read. The first plan after the run's start always counts as new: one that was
 * read before the start corrects nothing [RUN-8].
 */
function isKnownPlan(
  { plan, planBefore, first, accepted, asked }: Run,
  { spec, shared, batches }: PlanReading,
): boolean {
  if (plan === null || (plan === planBefore && (first !== null || accepted !== null || asked !== null))) return false
  return plan.spec === spec && plan.shared === shared && isSame(plan.batches, batches)
}

function foldPlan(run: Run, reading: PlanReading): Change | null {
  if (reading.batches.length === 0) return null
  if (run.spec !== null && run.spec !== reading.spec) return null
  if (isKnownPlan(run, reading)) return null
  // Once a start was sent, accepted or not, this run may have written the plan.
  if (run.first === null && run.accepted === null && run.asked === null) run.planBefore = reading
  if (!isSame(run.plan?.batches, reading.batches)) noteChange(run, reading.at)
  run.plan = reading
  noteRunning(run, reading.at)
  return FACTS
}

function foldHistory(run: Run, reading: HistoryReading): Change | null {
  // From then on the entry describes the other run.
  if (run.continued) return null
  if (run.history && isSameEntry(run.history, reading)) return null
  if (run.history?.status !== reading.status || !isSame(run.history.batches, reading.batches))
    noteChange(run, reading.at)
  run.history = reading
  noteRunning(run, reading.at)
  run.historyEndedAt = reading.endedAt === null ? null : (run.historyEndedAt ?? reading.at)
  if (run.historyEndedAt === null) run.historyAwaited = false
  return FACTS
}

/** History or plan have changed: a run that had ended by silence goes on [RUN-13.15]. */
function noteChange(run: Run, at: number): void {
  run.historyChangedAt = at
  run.quietAt = null
}

function noteRunning(run: Run, at: number): void {
  const running = new Set([
    ...(run.plan?.batches.filter(batch => batch.running) ?? []).map(({ id }) => id),
    ...(run.history?.batches.filter(({ status }) => status === 'running') ?? []).map(({ id }) => id),
  ])
  for (const id of run.runningSince.keys()) if (!running.has(id)) run.runningSince.delete(id)
  for (const id of running) if (!run.runningSince.has(id)) run.runningSince.set(id, at)
}

function foldContainer(run: Run, { batch, container }: Extract<Observation, { kind: 'container' }>): Change | null {
  const before = run.evidence.get(container.id)
  if (batch === null) return run.evidence.delete(container.id) ? { kind: 'evidence', before, after: undefined } : null
  const after = { batchId: batch.id, by: batch.by, container }
  if (before && fingerprint(before) === fingerprint(after)) return null
  if (!before && run.evidence.size >= MAX_CONTAINERS) {
    run.overflow = true
    return FACTS
  }
  run.evidence.set(container.id, after)
  const { quietAt } = run
  if (quietAt !== null && (isAtWork(container) || hasEndedSince(container, quietAt, offsetOf(run)))) run.quietAt = null
  return { kind: 'evidence', before, after }
}

function foldMessage(run: Run, message: Message): Change | null {
  const isOther = isAnotherExecution(run, message)
  if (isOther) restart(run)
  const isSet = foldClock(run.clockSteps, message)
  const clock = new RunClock(run.clockSteps)
  const hasNews = note(run, message, clock) || isSet
  const { says } = message
  if (says.kind === 'start' && says.spec !== null) tellSpec(run, says.spec)
  if (!mayBeAnAgents(says)) hearOrchestrator(run, message, clock)
  // The first message of a connection is always kept: the next connection begins with it again [RUN-14].
  const isKept = (says.kind !== 'line' && says.kind !== 'remark') || message.index === 0
  const change = isKept ? keep(run, message) : null
  if (isOther) return CLAIMS
  return change ?? (hasNews ? FACTS : null)
}

/** Sets the run's spec, and drops a plan of another spec that was read before the spec was known. */
function tellSpec(run: Run, spec: string): void {
  run.spec ??= spec
  if (run.plan?.spec !== run.spec) run.plan = null
  if (run.planBefore?.spec !== run.spec) run.planBefore = null
}

/** Notes the facts that every message proves: that the run exists, since when, and the backend's time. */
function note(run: Run, message: Message, clock: RunClock): boolean {
  let news = false
  if (run.unknown && message.connection > run.unknown.connection) {
    run.unknown = null
    news = true
  }
  const { id, index, time } = message
  const cameAtOnce = message.live || (run.first === null && isFirstOfOurs(run, message))
  if (run.first === null || clock.compare(message, run.first) < 0) {
    run.first = { id, index, time }
    news = true
  }
  if (run.last === null || clock.compare(message, run.last) > 0) run.last = { index, time }
  run.lastIndex = Math.max(run.lastIndex, index)
  run.heardAt = message.at
  if (message.live) run.liveAt = message.at
  const late = message.at - time.ms - clock.correctionAt(index)
  if (cameAtOnce && (run.clockOffset === null || late < run.clockOffset)) {
    // A much smaller offset is a new one: the clock was set, or the messages that gave the earlier offset were delayed.
    if (run.clockOffset === null || run.clockOffset - late > CLOCK_TOLERANCE) run.clockOffsetFrom = index
    run.clockOffset = late
    news = true
  }
  return news
}

/** Notes a message of the orchestrator's own, unless it is only replayed. */
function hearOrchestrator(run: Run, message: Message, clock: RunClock): void {
  if (run.orchestrator && clock.compare(message, run.orchestrator) <= 0) return
  const { time, at, index } = message
  noteSilence(run, at)
  run.orchestrator = { time, at, index }
}

/**
 * The orchestrator was silent until then, while the stream was open. This decides, once for each failure, whether the silence
 * makes it the run's end: a stream that is lost and opened again begins a new silence, but does not revoke an earlier one
 * [RUN-4.1].
 */
function noteSilence(run: Run, to: number): void {
  if (run.openedAt === null || to - heardSince(run, run.openedAt) < ORCHESTRATOR_SILENCE) return
  for (const message of run.unverifiedClaims.values()) {
    if (message.says.kind !== 'execution-failed') continue
    const since = silentFrom(run, run.openedAt, message)
    if (since <= to) message.silence ??= { since, wasEnd: false }
  }
}

const heardSince = ({ orchestrator }: Run, openedAt: number) => Math.max(openedAt, orchestrator?.at ?? 0)

/** When the orchestrator's silence after the message is long enough to end the run, ms on our clock. */
export const silentFrom = (run: Run, openedAt: number, message: StoredMessage): number =>
  Math.max(heardSince(run, openedAt), message.at) + ORCHESTRATOR_SILENCE

/** Whether the claim came on a channel that agents use, too: such a claim counts only by rules of its own. */
export function mayBeAnAgents(says: MessageClaim): boolean {
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

function keep(run: Run, message: Message): Change | null {
  const kept = mayBeAnAgents(message.says) ? run.unverifiedClaims : run.claims
  const known = kept.get(message.id)
  if (known) {
    if (message.connection <= known.connection) return null
    const moved = message.index !== known.index
    known.connection = message.connection
    known.index = message.index
    if (moved) return CLAIMS
    // A repeated message matters only if it is an abort [RUN-4].
    return message.says.kind === 'execution-aborted' ? FACTS : null
  }
  let isDropped = false
  if (kept.size >= (kept === run.claims ? MAX_CLAIMS : MAX_UNVERIFIED)) {
    run.overflow = true
    if (kept === run.claims) return FACTS
    // The orchestrator's final messages come last, so drop the oldest of the claims that may be an agent's.
    for (const oldest of kept.keys()) {
      kept.delete(oldest)
      isDropped = true
      break
    }
  }
  const { id, says, time, at, index, connection } = message
  const claim = { id, says, time, at, index, firstConnection: connection, connection, silence: null }
  kept.set(id, claim)
  return isDropped ? CLAIMS : { kind: 'claim', claim }
}

/**
 * Whether the message belongs to another execution under the same id [RUN-14]: it is the first of its connection, it is new, and
 * it is later than the first known one. An earlier message was only lost by an earlier connection, unless it is a second
 * beginning: then the backend's clock was set back between two executions.
 */
function isAnotherExecution(run: Run, { id, index, time, says }: Message): boolean {
  if (index > 0 || run.first === null || id === run.first.id) return false
  if (run.claims.has(id) || run.unverifiedClaims.has(id)) return false
  if (compareInstants(time, run.first.time) > 0) return true
  const beginning = beginningOf(says)
  return beginning !== null && [...run.claims.values()].some(known => beginningOf(known.says) === beginning)
}

/** Which beginning the message reports: an execution sends each of them once. Null if it reports none. */
export function beginningOf(says: MessageClaim): 'start' | 'running' | null {
  if (says.kind === 'start') return 'start'
  return says.kind === 'run-status' && says.status === 'running' ? 'running' : null
}

function restart(run: Run): void {
  const { accepted, openedAt, plan, planBefore, clockOffset, datedOffset, clockSteps, wallAhead, evidence } = run
  // A start of ours after the last message of the old execution belongs to the new one, and so does the plan as last read.
  const ours = accepted !== null && run.heardAt !== null && accepted.at >= run.heardAt
  Object.assign(run, emptyRun(run.incarnation + 1), {
    accepted: ours ? accepted : null,
    spec: ours ? accepted.spec : null,
    openedAt,
    plan,
    planBefore: plan ?? planBefore,
    // The backend's clock may have been set meanwhile, so keep the offset as of the last message.
    clockOffset: clockOffset === null ? null : clockOffset + new RunClock(clockSteps).total,
    clockOffsetFrom: clockOffset === null ? null : 0,
    datedOffset,
    wallAhead,
    presumedOffset: presumed(wallAhead),
    // Keep the evidence: `DockerEvidence` reassigns it when it looks next. A container of the new execution may have come before
    // the first message.
    evidence,
  })
}
