import type { ContainerFacts } from '../run/container-facts'
import { isAgents } from './agent-container'
import type { EngineEvent, Inspection, Listed } from './answers'
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
  /** When it last was heard of, by the clock of these containers. */
  touched: number
  /** The last event, by the Engine's clock. */
  nano: bigint
  /** As last handed on. */
  told: string | null
}

/** A moment by the containers' own clock, which ticks with each event and each question. */
export type Mark = number

const MOST_KNOWN = 5_000
const MOST_REMOVED = 1_000

/**
 * What is known of the agents' containers, put together from events, lists and inspections [DOCK-1] [DOCK-5]. Pure: it
 * asks nobody, but says which containers are to be inspected, and what has changed. An answer to a question asked at a
 * `mark` never overrules an event that came after it. Events come in any number of copies.
 */
export class Containers {
  readonly #entries = new Map<string, Entry>()
  /** Those that no longer exist, the earliest first. */
  readonly #removed = new Set<string>()
  readonly #wanted = new Set<string>()
  /** How many questions are open, by id. */
  readonly #asked = new Map<string, number>()
  readonly #changed = new Set<string>()
  #clock: Mark = 0

  /** To be taken before a list is asked for, and handed in with it. */
  mark(): Mark {
    return ++this.#clock
  }

  /** Takes in what was known before this process began, as old as it is: the first list says what became of it [REC-7]. */
  restore(facts: ContainerFacts): void {
    this.#take(facts.id, { facts, killedAt: null })
    if (facts.removed) this.#removed.add(facts.id)
    this.#changed.delete(facts.id)
  }

  known(id: string): ContainerFacts | null {
    return this.#entries.get(id)?.record.facts ?? null
  }

  /** The image that the most recently created agent runs in. */
  latestImage(): string | null {
    let latest: ContainerFacts | null = null
    for (const { record: life } of this.#entries.values()) {
      const { facts } = life
      if (facts.role === 'batch' && facts.createdAt >= (latest?.createdAt ?? 0)) latest = facts
    }
    return latest?.image ?? null
  }

  /** Those that exist now. */
  existing(): ContainerFacts[] {
    return [...this.#entries]
      .filter(([id]) => this.#tellable(id))
      .flatMap(([, { record: life }]) => (life.facts.removed ? [] : [life.facts]))
  }

  /** `now`, here and below: our clock, ms. */
  event(event: EngineEvent, now: number): void {
    const { id } = event
    const known = this.#entries.get(id)
    if (known === undefined && !isAgents(event)) return
    const entry = known ?? this.#take(id, recordOfEvent(event))
    if (event.nano <= entry.nano) return
    entry.nano = event.nano
    entry.touched = ++this.#clock
    this.#live(id, entry, afterEvent(entry.record, event, now))
    // Inspected while it exists: soon after, nobody can tell any more.
    if (INSPECTED_AFTER.has(event.action)) this.#want(id)
  }

  /** The answer to an inspection that was asked for at `mark`; null: there is no such container. */
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

  /** An inspection came to nothing. What is known without it is all there is for now. */
  unanswered(id: string): void {
    this.#answered(id)
    this.#changed.add(id)
  }

  /** A complete list, newest first, that was asked for at `mark`. Returns those of it that wait for an inspection. */
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
    // The newest come last, so that whoever is too many is the oldest.
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

  /** Events may have been lost: with the next list all is inspected again, for it may have been started again. */
  gap(): void {
    for (const entry of this.#entries.values()) entry.inspected = false
  }

  /** The next container to inspect, or null: to be asked for at once. */
  nextWanted(): string | null {
    const [id] = this.#wanted
    if (id === undefined) return null
    this.#wanted.delete(id)
    return id
  }

  /** Is an inspection wanted, or under way? */
  isOutstanding(id: string): boolean {
    return this.#wanted.has(id) || this.#asked.has(id)
  }

  /** It exists, and could not be inspected: its configuration may be older than the last gap, or not known at all. */
  isUnread(id: string): boolean {
    const entry = this.#entries.get(id)
    return entry !== undefined && !entry.inspected && !entry.record.facts.removed
  }

  /** An inspection begins; the mark to hand in with its answer. */
  ask(id: string): Mark {
    this.#asked.set(id, (this.#asked.get(id) ?? 0) + 1)
    return this.mark()
  }

  /** What is another than when it was last taken. A container is first told of once it was inspected, or can't be. */
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
 * How long after its creation a container that has not started is inspected with each list, ms, and at most how many of
 * them, the newest: a start may still be under way before, and whoever created it has given up after.
 */
const START_AWAITED = { from: 1_000, to: 600_000 }
const MOST_AWAITED = 100

/** A failed start leaves the state as it was and sends no event, so nothing but an inspection tells of it [DOCK-9.2]. */
function mayHaveFailed({ state, startFailed, seenStateAt }: ContainerFacts, now: number): boolean {
  const age = now - (seenStateAt ?? now)
  return state === 'created' && !startFailed && age >= START_AWAITED.from && age < START_AWAITED.to
}

/** After `stop`, a container that waited for its restart has ended without dying again. */
const INSPECTED_AFTER = new Set<EngineEvent['action']>([
  'create',
  'start',
  'die',
  'stop',
  'restart',
  'update',
  'health_status',
])
