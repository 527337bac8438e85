import type { ContainerFacts } from '../run/evidence/container-facts'
import { isAgents } from './agent-container'
import type { EngineEvent, Inspection, Listed } from './engine/answers'
import {
  afterEvent,
  afterInspection,
  recordOfEvent,
  recordOfListed,
  removed,
  type ContainerRecord,
} from './container-record'

interface Entry {
  record: ContainerRecord
  /** False until its configuration was read, and again after a gap in the events. */
  inspected: boolean
  /** The time of the last event or answer about it, by the clock of `Containers`. */
  touched: number
  /** The time of its last event, by the Engine's clock, ns. */
  nano: bigint
  /** The facts that were last reported, as JSON. Null: none were. */
  told: string | null
}

/** A moment by the clock of `Containers`, which ticks with each event and each request. */
export type Mark = number

const MOST_KNOWN = 5_000
const MOST_REMOVED = 1_000

/**
 * The known facts of the agents' containers, merged from events, lists and inspections [DOCK-1] [DOCK-5]. Pure: it sends no
 * requests, but says which containers must be inspected, and which have changed. An answer to a request made at a `mark`
 * never overrules an event that came after that mark. Events may come more than once.
 */
export class Containers {
  readonly #entries = new Map<string, Entry>()
  /** The ids of removed containers, the earliest first. */
  readonly #removed = new Set<string>()
  readonly #wanted = new Set<string>()
  /** By id: the number of inspections that are under way. */
  readonly #asked = new Map<string, number>()
  readonly #changed = new Set<string>()
  #clock: Mark = 0

  /** Take a mark before you request a list, and pass it to `list` with the answer. */
  mark(): Mark {
    return ++this.#clock
  }

  /** Restores what was known before this process began. It may be out of date: the first list shows what has changed [REC-7]. */
  restore(facts: ContainerFacts): void {
    this.#take(facts.id, { facts, killedAt: null })
    if (facts.removed) this.#removed.add(facts.id)
    this.#changed.delete(facts.id)
  }

  known(id: string): ContainerFacts | null {
    return this.#entries.get(id)?.record.facts ?? null
  }

  /** The image of the most recently created agent. */
  latestImage(): string | null {
    let latest: ContainerFacts | null = null
    for (const { record: life } of this.#entries.values()) {
      const { facts } = life
      if (facts.role === 'batch' && facts.createdAt >= (latest?.createdAt ?? 0)) latest = facts
    }
    return latest?.image ?? null
  }

  /** The containers that exist now. */
  existing(): ContainerFacts[] {
    return [...this.#entries]
      .filter(([id]) => this.#tellable(id))
      .flatMap(([, { record: life }]) => (life.facts.removed ? [] : [life.facts]))
  }

  /** Takes in an event. Here and below `now` is the time by our clock, ms. */
  event(event: EngineEvent, now: number): void {
    const { id } = event
    const known = this.#entries.get(id)
    if (known === undefined && !isAgents(event)) return
    const entry = known ?? this.#take(id, recordOfEvent(event))
    if (event.nano <= entry.nano) return
    entry.nano = event.nano
    entry.touched = ++this.#clock
    this.#live(id, entry, afterEvent(entry.record, event, now))
    // Inspected while it exists: once it is removed, its configuration can't be read.
    if (INSPECTED_AFTER.has(event.action)) this.#want(id)
  }

  /** Takes in the answer to an inspection that was requested at `mark`. Null: there is no such container. */
  inspection(id: string, answer: Inspection | null, mark: Mark, now: number): void {
    this.#answered(id)
    const known = this.#entries.get(id)
    if (answer === null) {
      if (known !== undefined) this.#live(id, known, removed(known.record, now))
      return
    }
    if (known === undefined && !isAgents(answer)) return
    const entry = known ?? this.#take(id, recordOfListed(answer, now))
    const fresh = entry.touched <= mark
    entry.inspected = true
    if (fresh) entry.touched = mark
    this.#live(id, entry, afterInspection(entry.record, answer, fresh, now))
  }

  /** An inspection failed. What is known without it must be enough for now. */
  unanswered(id: string): void {
    this.#answered(id)
    this.#changed.add(id)
  }

  /**
   * Takes in a complete list, newest first, that was requested at `mark`. Returns the ids of the list that wait for an
   * inspection.
   */
  list(entries: readonly Listed[], mark: Mark, now: number): string[] {
    const present = new Set(entries.map(({ id }) => id))
    for (const [id, entry] of this.#entries) {
      if (!present.has(id) && entry.touched <= mark) this.#live(id, entry, removed(entry.record, now))
    }
    const unstarted = new Set(
      entries
        .filter(({ state }) => state === 'created')
        .slice(0, MOST_AWAITED)
        .map(({ id }) => id),
    )
    // The newest are added last, so that the oldest are dropped if there are too many.
    for (const listed of entries.slice(0, MOST_KNOWN).reverse()) {
      const { id, state, stateWord } = listed
      const entry = this.#entries.get(id) ?? this.#take(id, recordOfListed(listed, now))
      if (entry.touched > mark) continue
      entry.touched = mark
      const { facts } = entry.record
      const isAnother = facts.removed || facts.state !== state || facts.stateWord !== stateWord
      if (!entry.inspected || isAnother || (unstarted.has(id) && mayHaveFailed(facts, now))) this.#wanted.add(id)
    }
    return entries.map(({ id }) => id).filter(id => this.isOutstanding(id))
  }

  /** Events may be lost. With the next list every container is inspected again, because it may have been started again. */
  gap(): void {
    for (const entry of this.#entries.values()) entry.inspected = false
  }

  /** The next container to inspect, or null. The caller must inspect it immediately. */
  nextWanted(): string | null {
    const [id] = this.#wanted
    if (id === undefined) return null
    this.#wanted.delete(id)
    return id
  }

  /** Whether an inspection of the container is wanted or under way. */
  isOutstanding(id: string): boolean {
    return this.#wanted.has(id) || this.#asked.has(id)
  }

  /**
   * Whether the container exists, but could not be inspected: its configuration may be out of date since the last gap, or
   * unknown.
   */
  isUnread(id: string): boolean {
    const entry = this.#entries.get(id)
    return entry !== undefined && !entry.inspected && !entry.record.facts.removed
  }

  /** An inspection begins. Returns the mark to pass in with its answer. */
  ask(id: string): Mark {
    this.#asked.set(id, (this.#asked.get(id) ?? 0) + 1)
    return this.mark()
  }

  /**
   * Returns the containers that changed since the last call. A new container is reported only when it was inspected, or
   * the inspection failed.
   */
  takeChanged(): ContainerFacts[] {
    const changed: ContainerFacts[] = []
    for (const id of this.#changed) {
      const entry = this.#entries.get(id)
      if (entry !== undefined && !this.#tellable(id)) continue
      this.#changed.delete(id)
      const text = JSON.stringify(entry?.record.facts)
      if (entry === undefined || entry.told === text) continue
      entry.told = text
      changed.push(entry.record.facts)
    }
    return changed
  }

  #tellable(id: string): boolean {
    const entry = this.#entries.get(id)
    if (entry === undefined) return false
    return entry.told !== null || entry.inspected || !this.isOutstanding(id)
  }

  #take(id: string, life: ContainerRecord): Entry {
    const entry: Entry = { record: life, inspected: false, touched: 0, nano: 0n, told: null }
    this.#entries.set(id, entry)
    this.#changed.add(id)
    if (this.#entries.size > MOST_KNOWN) this.#forget(this.#removed.values().next().value ?? this.#oldest(id))
    return entry
  }

  #live(id: string, entry: Entry, life: ContainerRecord): void {
    if (life === entry.record) return
    entry.record = life
    this.#changed.add(id)
    if (!life.facts.removed) {
      this.#removed.delete(id)
      return
    }
    this.#wanted.delete(id)
    this.#removed.add(id)
    const [first] = this.#removed
    if (this.#removed.size > MOST_REMOVED && first !== undefined) this.#forget(first)
  }

  #want(id: string): void {
    if (this.#entries.get(id)?.record.facts.removed === false) this.#wanted.add(id)
  }

  #answered(id: string): void {
    const open = (this.#asked.get(id) ?? 0) - 1
    if (open > 0) this.#asked.set(id, open)
    else this.#asked.delete(id)
  }

  #forget(id: string): void {
    this.#entries.delete(id)
    this.#removed.delete(id)
    this.#wanted.delete(id)
    this.#changed.delete(id)
  }

  #oldest(but: string): string {
    let oldest = but
    let at = Infinity
    for (const [id, { record: life }] of this.#entries) {
      if (id !== but && life.facts.createdAt < at) [oldest, at] = [id, life.facts.createdAt]
    }
    return oldest
  }
}

/**
 * From when until when after its creation a container that has not started is inspected with each list, ms, and for how
 * many containers, the newest. Before, the start may still be under way. After, its creator has given up.
 */
const START_AWAITED = { from: 1_000, to: 600_000 }
const MOST_AWAITED = 100

/** A failed start leaves the state unchanged and sends no event, so only an inspection shows it [DOCK-9.2]. */
function mayHaveFailed({ state, startFailed, seenStateAt }: ContainerFacts, now: number): boolean {
  const age = now - (seenStateAt ?? now)
  return state === 'created' && !startFailed && age >= START_AWAITED.from && age < START_AWAITED.to
}

/** After `stop`, a container that waited for its restart has ended without another `die`. */
const INSPECTED_AFTER = new Set<EngineEvent['action']>([
  'create',
  'start',
  'die',
  'stop',
  'restart',
  'update',
  'health_status',
])
