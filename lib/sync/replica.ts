import type { StateCodec } from './state-codec'
import type { Answer, Heartbeat, Heard, SnapshotMessage, Step, Subscribe } from './messages'
import { StalenessBound, STALE_MS } from './staleness-bound'
import type { Scope } from './scope'

/** How long to wait before asking again, ms: after a server refused to answer, and after a scope ended. */
const REFUSED_MS = 5_000
const GONE_MS = 30_000
/** How many messages may wait for an answer. Messages lost beyond that show as a gap. */
const MAX_WAITING = 64

/**
 * live: the page shows exactly a state that the server held less than 10 s ago [SYNC-10].
 * connecting: that is not proved now, but less than 10 s ago it was, or the page began, or its clock was set back.
 * stale: the last proof is older.
 */
export type Sync = 'connecting' | 'live' | 'stale'

/** Identifies a state. `now`: the server's clock when it sent the state, ISO 8601. */
export interface Stamp {
  epoch: string
  version: number
  now: string
}

/** What a page may show. Each change of a part of it makes a new object. */
export interface View<S> {
  readonly state: S
  /** Null while the only state is an empty one. */
  readonly stamp: Stamp | null
  readonly sync: Sync
  /** When the server certainly held this state: the server's clock, ms. */
  readonly checkedAt: number | null
  /** The scope no longer exists [SYNC-9]; `sync` is then `stale`. */
  readonly gone: boolean
}

/** A `subscribe` that must be sent; pass its answer to `answered` with the same `id`. */
export interface Ask {
  readonly id: number
  readonly request: Subscribe
}

type Phase =
  /** No connection: a message that still comes belongs to a closed socket [SYNC-7]. */
  | { name: 'down' }
  /** A message that does not fit waits for the answer [SYNC-3]. `overtaken`: a snapshot of another epoch came before the answer. */
  | { name: 'asking'; id: number; at: number; waiting: Heard[]; overtaken: boolean }
  | { name: 'following' }
  /** The server refused, or the scope is gone. */
  | { name: 'resting'; until: number }

/**
 * A page's copy of one scope: a state machine without I/O. Each input takes the page's wall clock, ms. If an input returns an
 * `Ask`, the caller must send it.
 */
export class Replica<S> {
  #phase: Phase = { name: 'down' }
  #asked = 0
  #state: S
  #stamp: Stamp | null
  /** The version of `state`; null if `state` can't be relied on. */
  #held: Pick<Stamp, 'epoch' | 'version'> | null
  #gone = false
  readonly #proof: StalenessBound
  #digested: { of: S; digest: number | null } | null = null
  #shown: View<S>

  readonly #codec: StateCodec<S>
  #now: number

  /** @param seed the state that the page was rendered with [SYNC-8] */
  constructor(
    readonly scope: Scope,
    codec: StateCodec<S>,
    now: number,
    seed?: { state: S; stamp: Stamp },
  ) {
    this.#codec = codec
    this.#now = now

    this.#proof = new StalenessBound(now)
    this.#state = seed?.state ?? codec.empty
    this.#stamp = seed?.stamp ?? null
    this.#held = this.#stamp
    this.#shown = { state: this.#state, stamp: this.#stamp, sync: 'connecting', checkedAt: null, gone: false }
  }

  /** The view as of the last input. Call `look` before painting it. */
  get view(): View<S> {
    return this.#shown
  }

  /** A new connection is open; no message of an earlier one can come any more. */
  connected(now: number): Ask {
    this.#now = now
    return this.#ask()
  }

  disconnected(now: number): void {
    this.#now = now
    this.#phase = { name: 'down' }
    this.#show()
  }

  /** Takes a message that the server sent without a request. Throws if its text is not of this scope's kind. */
  hear(heard: Heard, now: number): Ask | null {
    this.#now = now
    return this.#take(heard) ?? this.#settle()
  }

  /** Takes the answer to an `Ask`; throws like `hear`. An answer to an earlier question is ignored. */
  answered(id: number, answer: Answer, now: number): Ask | null {
    this.#now = now
    if (this.#phase.name !== 'asking' || this.#phase.id !== id) return this.#settle()
    const { at, waiting, overtaken } = this.#phase
    this.#gone = answer.kind === 'error' && answer.error === 'not-found'
    if (answer.kind === 'error') {
      this.#phase = { name: 'resting', until: now + (this.#gone ? GONE_MS : REFUSED_MS) }
      return this.#settle()
    }
    this.#phase = { name: 'following' }
    this.#proof.bound(Date.parse(answer.now), at)
    const taken = answer.kind === 'diffs' ? this.#takeSteps(answer) : this.#takeState(answer, !overtaken)
    if (!taken) return this.#ask()
    for (const heard of waiting) {
      const ask = this.#take(heard)
      // The new answer will cover the remaining messages.
      if (ask) return ask
    }
    return this.#settle()
  }

  /** Checks the clock, after time has passed or the page woke. Call it at `deadline`, and before each painting [SYNC-6]. */
  look(now: number): Ask | null {
    this.#now = now
    if (this.#phase.name === 'resting' && now >= this.#phase.until) return this.#ask()
    return this.#settle()
  }

  /** The page's clock was set back: earlier readings of it no longer bound the server's clock. */
  clockSet(now: number): Ask | null {
    this.#now = now
    this.#proof.unbound(now)
    // The open question was stamped by the old clock, so ask again.
    if (this.#phase.name === 'asking') return this.#ask()
    return this.#settle()
  }

  /** The latest time to call `look`, by the page's clock; null if only an input can change anything. */
  deadline(): number | null {
    const turnsStale = this.#shown.sync === 'stale' ? Infinity : this.#proof.since() + STALE_MS
    const next = this.#phase.name === 'resting' ? Math.min(turnsStale, this.#phase.until) : turnsStale
    return next === Infinity ? null : next
  }

  #ask(): Ask {
    const id = ++this.#asked
    this.#phase = { name: 'asking', id, at: this.#now, waiting: [], overtaken: false }
    this.#show()
    const known = this.#held && { epoch: this.#held.epoch, version: this.#held.version }
    return { id, request: { scope: this.scope, ...known } }
  }

  /** Runs after every input: a page that follows without a fresh proof asks for one. */
  #settle(): Ask | null {
    if (this.#phase.name === 'following' && !this.#proof.isFresh(this.#now)) return this.#ask()
    this.#show()
    return null
  }

  #take(heard: Heard): Ask | null {
    const phase = this.#phase
    if (phase.name === 'down') return null
    // A message from a scope that was gone: it exists again, so ask.
    if (phase.name === 'resting') return this.#gone ? this.#ask() : null
    if (this.#fits(heard)) return null
    if (phase.name === 'following') return this.#ask()
    phase.waiting.push(heard)
    if (phase.waiting.length > MAX_WAITING) phase.waiting.shift()
    return null
  }

  /** Takes the message; false if only an answer can show what it means. */
  #fits({ event, message }: Heard): boolean {
    switch (event) {
      case 'push':
        return this.#takeStep(message.epoch, message, message.now)
      case 'snapshot':
        return this.#takeState(message, this.#proof.at === null || Date.parse(message.now) > this.#proof.at)
      case 'beat':
        return this.#takeBeat(message)
      case 'gone':
        if (this.#phase.name === 'asking') return false
        this.#gone = true
        this.#phase = { name: 'resting', until: this.#now + GONE_MS }
        return true
    }
  }

  /** [SYNC-1]. False if the step belongs to another epoch, or an earlier step is missing. */
  #takeStep(epoch: string, { from, to, diff }: Step, now: string): boolean {
    if (epoch !== this.#held?.epoch) return false
    if (to <= this.#held.version) return true
    if (from !== this.#held.version) return false
    this.#adopt(this.#codec.apply(this.#state, diff), { epoch, version: to, now })
    return true
  }

  /** @param newer whether a state of another epoch is certainly later than ours */
  #takeState({ epoch, version, now, state }: Omit<SnapshotMessage, 'scope'>, newer: boolean): boolean {
    if (epoch === this.#held?.epoch) {
      if (version === this.#held.version) this.#confirm(now)
      if (version <= this.#held.version) return true
    } else {
      if (!newer) return false
      if (this.#phase.name === 'asking') this.#phase.overtaken = true
    }
    this.#adopt(this.#codec.decode(state, this.#state), { epoch, version, now })
    return true
  }

  #takeSteps({ epoch, version, now, steps }: Extract<Answer, { kind: 'diffs' }>): boolean {
    const complete = steps.every(step => this.#takeStep(epoch, step, now))
    if (complete && epoch === this.#held?.epoch && version <= this.#held.version) {
      if (version === this.#held.version) this.#confirm(now)
      return true
    }
    this.#held = null
    return false
  }

  /** [SYNC-6]. False if the server is at another epoch or a later version, or its state at our version differs from ours. */
  #takeBeat({ epoch, version, digest, now }: Heartbeat): boolean {
    if (epoch !== this.#held?.epoch || version > this.#held.version) return false
    if (version < this.#held.version) return true
    if (this.#digest() !== digest) {
      this.#held = null
      return false
    }
    this.#confirm(now)
    return true
  }

  #adopt(state: S, stamp: Stamp): void {
    this.#state = state
    this.#stamp = stamp
    this.#held = stamp
    this.#proof.replace(Date.parse(stamp.now), this.#now)
  }

  #confirm(now: string): void {
    this.#proof.confirm(Date.parse(now), this.#now)
  }

  #digest(): number | null {
    if (this.#digested?.of !== this.#state)
      this.#digested = { of: this.#state, digest: this.#codec.digest(this.#state) }
    return this.#digested.digest
  }

  #sync(): Sync {
    if (this.#gone) return 'stale'
    if (this.#phase.name === 'following' && this.#proof.isFresh(this.#now)) return 'live'
    return this.#proof.isOld(this.#now) ? 'stale' : 'connecting'
  }

  #show(): void {
    const state = this.#state
    const stamp = this.#stamp
    const gone = this.#gone
    const shown = this.#shown
    const sync = this.#sync()
    const checkedAt = this.#proof.at
    const same = shown.stamp === stamp && shown.sync === sync && shown.checkedAt === checkedAt && shown.gone === gone
    if (!same) this.#shown = { state, stamp, sync, checkedAt, gone }
  }
}
