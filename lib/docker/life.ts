import { hasEnded, isAtWork, type ContainerFacts, type ContainerState } from '../run/container'
import { identityByName, identityOf } from './agent-container'
import type { EngineEvent, Inspection, Listed } from './answers'

/** What is known of one container, and what only matters until it has ended. */
export interface Life {
  readonly facts: ContainerFacts
  /** When it was sent a SIGKILL, ms by the Engine's clock. */
  readonly killedAt: number | null
}

/** The backend kills an agent after 900 s; the order takes its time. */
const TIMED_OUT_AFTER = 895_000
/** An event of a start comes a moment after the start that it tells of, ms. */
const SAME_START = 2_000

export const msOf = ({ nano }: Pick<EngineEvent, 'nano'>): number => Number(nano / 1_000_000n)

/** A container that was only heard of. Times in ms; `at` by the Engine's clock. */
function heardOf(id: string, identity: ReturnType<typeof identityByName>, at: number): Life {
  return {
    killedAt: null,
    facts: {
      id,
      ...identity,
      state: 'created',
      exitCode: null,
      oomKilled: false,
      timedOut: false,
      createdAt: at,
      startedAt: null,
      finishedAt: null,
      seenRunningAt: null,
      seenEndedAt: null,
      removed: false,
    },
  }
}

export const lifeOfEvent = (event: EngineEvent): Life =>
  heardOf(event.id, identityByName(event.name, event.image, event.labels), msOf(event))

export function lifeOfListed(entry: Listed, now: number): Life {
  const life = heardOf(entry.id, identityByName(entry.name, entry.image, entry.labels), entry.createdAt)
  return seen(life, { state: entry.state }, now)
}

/** The life of the container after an event that is later than all it had; `now` is our clock, ms. */
export function afterEvent(life: Life, event: EngineEvent, now: number): Life {
  const { facts } = life
  const at = msOf(event)
  const ofEarlierStart = facts.startedAt !== null && at < facts.startedAt
  if (ofEarlierStart && event.action !== 'destroy') return life
  switch (event.action) {
    case 'start':
      if (facts.startedAt !== null && Math.abs(at - facts.startedAt) < SAME_START) {
        // Inspected since, and perhaps ended: that is newer than this. Unless it only taught when the start was.
        return facts.state === 'created' ? seen(life, { state: 'running' }, now) : life
      }
      return seen({ ...life, killedAt: null }, { ...begun, startedAt: at, state: 'running' }, now)
    case 'die':
      if (ended(facts.state)) return seen(life, { exitCode: facts.exitCode ?? event.exitCode }, now)
      return seen(life, { state: 'exited', exitCode: event.exitCode, finishedAt: at }, now)
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
    case 'create':
      return life
  }
}

/** What every start begins with. */
const begun = { exitCode: null, oomKilled: false, finishedAt: null, seenRunningAt: null, seenEndedAt: null } as const

/**
 * The life of the container as inspected. `fresh` is false where an event came after we asked: then the answer may be
 * older than what is known, and only what does not change is taken from it, and the details of the very same end.
 */
export function afterInspection(life: Life, inspection: Inspection, fresh: boolean, now: number): Life {
  const { facts } = life
  const { startedAt, createdAt, state } = inspection
  const over = ended(state)
  const sameStart =
    facts.startedAt === null || (startedAt !== null && Math.abs(startedAt - facts.startedAt) < SAME_START)
  const known = { ...life, facts: { ...facts, ...identityOf(inspection), createdAt: createdAt || facts.createdAt } }
  const end = {
    exitCode: over ? inspection.exitCode : null,
    finishedAt: over ? inspection.finishedAt : null,
    oomKilled: inspection.oomKilled || (sameStart && facts.oomKilled),
  }
  if (fresh) {
    const again = sameStart ? {} : begun
    return seen(known, { ...again, ...end, state, startedAt, removed: false }, now)
  }
  if (!sameStart) return known
  return seen(known, { startedAt: startedAt ?? facts.startedAt, ...(over && ended(facts.state) ? end : {}) }, now)
}

const ended = (state: ContainerState) => hasEnded({ state, removed: false })

/** It no longer exists; what was learned of it stands [DOCK-5]. */
export const removed = (life: Life, now: number): Life => seen(life, { removed: true }, now)

function seen(life: Life, change: Partial<ContainerFacts>, now: number): Life {
  const facts = { ...life.facts, ...change }
  const { killedAt } = life
  return {
    ...life,
    facts: {
      ...facts,
      timedOut:
        facts.exitCode === 137 &&
        killedAt !== null &&
        facts.startedAt !== null &&
        killedAt - facts.startedAt >= TIMED_OUT_AFTER,
      seenRunningAt: isAtWork(facts) ? (facts.seenRunningAt ?? now) : facts.seenRunningAt,
      seenEndedAt: hasEnded(facts) ? (facts.seenEndedAt ?? now) : null,
    },
  }
}
