import { hasEnded, isAtWork } from '../run/evidence/container'
import type { ContainerFacts } from '../run/evidence/container-facts'
import { STEADY_AFTER, type ContainerState, type Restarted } from '../run/evidence/container-state'
import { identityByName, identityOf } from './agent-container'
import type { EngineEvent, Inspection, Listed } from './engine/answers'

/** The known facts of one container, including one that matters only until it has ended. */
export interface ContainerRecord {
  readonly facts: ContainerFacts
  /** When it was sent a SIGKILL, ms by the Engine's clock. */
  readonly killedAt: number | null
}

/** The backend kills an agent after 900 s. Some seconds are allowed for the order to take effect, ms. */
const TIMED_OUT_AFTER = 895_000
/** The event of a start may come this long after the start time in an inspection, ms. */
const SAME_START = 2_000

export const msOf = ({ nano }: Pick<EngineEvent, 'nano'>): number => Number(nano / 1_000_000n)

/** A container of which only the name, image and labels are known. Times in ms; `at` by the Engine's clock. */
function heardOf(id: string, identity: ReturnType<typeof identityByName>, at: number): ContainerRecord {
  return {
    killedAt: null,
    facts: {
      id,
      ...identity,
      state: 'created',
      stateWord: null,
      startFailed: false,
      exitCode: null,
      error: null,
      oomKilled: false,
      timedOut: false,
      health: null,
      restarted: null,
      createdAt: at,
      startedAt: null,
      finishedAt: null,
      seenRunningAt: null,
      seenEndedAt: null,
      removed: false,
    },
  }
}

export const recordOfEvent = (event: EngineEvent): ContainerRecord =>
  heardOf(event.id, identityByName(event.name, event.image, event.labels), msOf(event))

export function recordOfListed(entry: Listed, now: number): ContainerRecord {
  const life = heardOf(entry.id, identityByName(entry.name, entry.image, entry.labels), entry.createdAt)
  return seen(life, { state: entry.state, stateWord: entry.stateWord }, now)
}

/** The record after an event that is later than all earlier ones. `now`: our clock, ms. */
export function afterEvent(life: ContainerRecord, event: EngineEvent, now: number): ContainerRecord {
  const { facts } = life
  const at = msOf(event)
  const ofEarlierStart = facts.startedAt !== null && at < facts.startedAt
  if (ofEarlierStart && event.action !== 'destroy') return life
  switch (event.action) {
    case 'start':
      if (facts.startedAt !== null && Math.abs(at - facts.startedAt) < SAME_START) {
        // An inspection since this start is newer than the event. But a stale one gives only the start time, and the
        // state is still `created`.
        return facts.state === 'created' ? seen(life, { state: 'running' }, now) : life
      }
      return seen(
        { ...life, killedAt: null },
        { ...begun, restarted: onceMore(facts), startedAt: at, state: 'running' },
        now,
      )
    case 'die':
      if (ended(facts.state)) return seen(life, { exitCode: facts.exitCode ?? event.exitCode }, now)
      return seen(life, afterDeath(facts, event.exitCode, at, now), now)
    case 'kill':
      return event.signal === '9' ? { ...life, killedAt: at } : life
    case 'oom':
      return seen(life, { oomKilled: true }, now)
    case 'pause':
      return isAtWork(facts) ? seen(life, { state: 'paused' }, now) : life
    case 'unpause':
      return facts.state === 'paused' ? seen(life, { state: 'running' }, now) : life
    case 'rename':
      return seen(life, { name: event.name }, now)
    case 'destroy':
      return removed(life, now)
    case 'health_status':
      return event.health ? seen(life, { health: event.health }, now) : life
    case 'create':
    case 'stop':
    case 'restart':
    case 'update':
      return life
  }
}

/** The values with which every start begins. */
const begun = {
  stateWord: null,
  startFailed: false,
  exitCode: null,
  error: null,
  oomKilled: false,
  health: null,
  finishedAt: null,
  seenRunningAt: null,
  seenEndedAt: null,
} as const

/** The restart record before another start of a container that the Engine restarts by itself. */
const onceMore = ({ restarted, exitCode }: ContainerFacts): Restarted | null =>
  restarted ? { ...restarted, exitCode: exitCode ?? restarted.exitCode } : null

/**
 * The changes of a container that has died. If the Engine has restarted it before, it counts as restarting until an
 * inspection says otherwise, so that its verdict does not flicker with each death.
 */
function afterDeath(facts: ContainerFacts, exitCode: number | null, at: number, now: number): Partial<ContainerFacts> {
  const { restarted } = facts
  if (!restarted) return { state: 'exited', stateWord: null, exitCode, finishedAt: at }
  const since = ranSteadily(facts, now) ? now : restarted.since
  return { state: 'restarting', stateWord: null, restarted: { ...restarted, exitCode, since } }
}

/** Whether its latest run, which has ended by `now`, lasted longer than a failed attempt. */
const ranSteadily = ({ seenRunningAt, seenEndedAt }: ContainerFacts, now: number): boolean =>
  seenRunningAt !== null && (seenEndedAt ?? now) - seenRunningAt >= STEADY_AFTER

/** The restarts that an inspection shows. */
function restartsOf(facts: ContainerFacts, { state, restarts, exitCode }: Inspection, now: number): Restarted | null {
  if (!restarts && state !== 'restarting') return null
  const before = facts.restarted
  const hasJustDied = state !== 'running' && (facts.state === 'running' || facts.state === 'exited')
  return {
    count: restarts || 0,
    exitCode: state === 'restarting' ? exitCode : (facts.exitCode ?? before?.exitCode ?? null),
    since: !before || (hasJustDied && ranSteadily(facts, now)) ? now : before.since,
  }
}

/**
 * The record after an inspection. `fresh` is false if an event came after the request: then the answer may be older than
 * the record. Only values that never change are taken from it, and the details of an end that is already known.
 */
export function afterInspection(
  life: ContainerRecord,
  inspection: Inspection,
  fresh: boolean,
  now: number,
): ContainerRecord {
  const { facts } = life
  const { startedAt, createdAt, state, stateWord } = inspection
  // A container with a failed start keeps the state `created`. Only its error shows the failure.
  const startFailed = state === 'created' && Boolean(inspection.error)
  const over = ended(state) || startFailed
  const sameStart =
    facts.startedAt === null || (startedAt !== null && Math.abs(startedAt - facts.startedAt) < SAME_START)
  const known = { ...life, facts: { ...facts, ...identityOf(inspection), createdAt: createdAt || facts.createdAt } }
  const end = {
    exitCode: over ? inspection.exitCode : null,
    error: inspection.error || null,
    finishedAt: over ? inspection.finishedAt : null,
    oomKilled: inspection.oomKilled || (sameStart && facts.oomKilled),
  }
  if (fresh) {
    const again = sameStart ? {} : begun
    const { health } = inspection
    const restarted = restartsOf(facts, inspection, now)
    const change = { ...end, health, restarted, state, stateWord, startFailed, startedAt, removed: false }
    return seen(known, { ...again, ...change }, now)
  }
  if (!sameStart) return known
  return seen(known, { startedAt: startedAt ?? facts.startedAt, ...(over && ended(facts.state) ? end : {}) }, now)
}

const ended = (state: ContainerState) => hasEnded({ state, removed: false, startFailed: false })

/** The container no longer exists. What was learned of it is kept [DOCK-5]. */
export function removed(life: ContainerRecord, now: number): ContainerRecord {
  const { state, exitCode, restarted } = life.facts
  // A container that waited for its next restart had already ended.
  const last = state === 'restarting' && restarted ? restarted.exitCode : null
  return seen(life, { removed: true, exitCode: exitCode ?? last }, now)
}

function seen(life: ContainerRecord, change: Partial<ContainerFacts>, now: number): ContainerRecord {
  const before = life.facts
  const facts = { ...before, ...change }
  const { killedAt } = life
  const isSameState = facts.state === before.state && facts.stateWord === before.stateWord
  // Also detects a start that has the same time as the one before it.
  const isAnotherStart = facts.state === 'running' && (ended(before.state) || before.state === 'restarting')
  const seenRunningAt = isAnotherStart ? null : facts.seenRunningAt
  return {
    ...life,
    facts: {
      ...facts,
      timedOut:
        facts.exitCode === 137 &&
        killedAt !== null &&
        facts.startedAt !== null &&
        killedAt - facts.startedAt >= TIMED_OUT_AFTER,
      health: hasEnded(facts) ? null : facts.health,
      seenRunningAt: isAtWork(facts) ? (seenRunningAt ?? now) : seenRunningAt,
      seenEndedAt: hasEnded(facts) ? (facts.seenEndedAt ?? now) : null,
      seenStateAt: isSameState ? (before.seenStateAt ?? now) : now,
    },
  }
}
