import { hash } from 'node:crypto'
import { beginningOf } from '../run/fold'
import type { Message, Observation } from '../run/observation'
import { compareInstants, fractionDigits, parseInstant, type Instant } from '../run/time/time'
import { BackendClockWatch, REPLAY_LASTS, type Stamped } from './clock-watch'
import { readFrame } from './normalise'

/** The result of one frame. */
export type Received =
  | {
      kind: 'observed'
      observation: Observation
      /** Not seen before, on any connection. */ fresh: boolean
      odd: string | null
    }
  | { kind: 'unreadable'; reason: string }

/** How many messages are recognised one by one, and of how many different ones the repetitions are counted. */
const MAX_KNOWN = 1_000_000
const MAX_COUNTED = 200_000
/** A message is no part of the replay if it comes after such a pause, and as long after the one before as their stamps say; ms. */
const LIVE_GAP = 500
const JITTER = 100
/** The replay is over after such a silence: where all known messages have come again, and where some have not; ms. */
const SETTLED = 500
const SILENT = 3_000

/**
 * Turns the frames of one run's connections, in order, into observations. Each connection replays all messages of the run without
 * marking where the replay ends. `Replay` recognises every known message, so that a replay adds only the missed ones [RUN-2]. It
 * has memory, but no clock: the time comes with each call.
 */
export class Replay {
  /** The newest connection that brought a message, by the message's hash. */
  readonly #known = new Map<number, number>()
  #connection = 0
  #index = 0
  #openedAt = 0
  #lastAt = 0
  #lastTime: Instant = { ms: 0, ns: 0 }
  /** The latest stamp known when this connection opened. Once `#known` is full, an older message counts as known. */
  #before: Instant | null = null
  #earliest: Instant | null = null
  #latest: Instant | null = null
  #occurrences = new Map<number, number>()
  /** How many known messages a replay brings, and how many of them this connection has not brought yet. */
  #replayable = 0
  #missing = 0
  /** When the last of them came on this connection, ms. */
  #completeAt: number | null = null
  /** Messages that a replay may leave out: the backend does not replay a real abort. */
  readonly #unreplayed = new Set<number>()
  #settled = true
  readonly #clock = new BackendClockWatch()
  /** The beginnings of the execution that were received. */
  readonly #beginnings = new Set<string>()

  readonly #maxKnown: number

  /** @param maxKnown how many messages are recognised one by one */
  constructor(maxKnown = MAX_KNOWN) {
    this.#maxKnown = maxKnown
  }

  /** A new connection begins. @param at our clock, ms */
  open(at: number): Observation {
    this.#connection += 1
    this.#index = 0
    this.#openedAt = this.#lastAt = at
    this.#lastTime = { ms: 0, ns: 0 }
    this.#before = this.#latest
    this.#occurrences = new Map()
    this.#missing = this.#replayable
    this.#completeAt = null
    this.#settled = false
    this.#clock.open(at)
    return { kind: 'opened', at, connection: this.#connection }
  }

  /** @param byUs we hung up */
  close(at: number, byUs = false): Observation {
    this.#settled = true
    return { kind: 'closed', at, connection: this.#connection, ...(byUs && { byUs }) }
  }

  /** @param at when the frame came, our clock, ms */
  receive(text: string, at: number): Received {
    const reading = readFrame(text)
    if (reading.kind === 'unreadable') return reading
    if (reading.kind === 'unknown-run') {
      const observation = { kind: 'unknown-run', at, connection: this.#connection } as const
      return { kind: 'observed', observation, fresh: false, odd: null }
    }
    const stamp = reading.timestamp === null ? null : parseInstant(reading.timestamp)
    const live = stamp !== null && this.#isLive(stamp, at)
    // A message without a stamp gets the time of the one before it, so it has the same time on every connection.
    const time = (this.#lastTime = stamp ?? this.#lastTime)
    const fine = stamp !== null && fractionDigits(reading.timestamp ?? '') >= 6
    const id = fine ? text : `${text}#${this.#occurrence(text)}`
    const digest = digestOf(id)
    const fresh = this.#hear(hashOf(digest), time, reading.says)
    const frame = { id: digest, at, index: this.#index, time, live: live && fresh }
    const clock = stamp && this.#clock.hear(stamped(frame, fresh))
    if (this.#missing <= 0) this.#completeAt ??= at
    this.#lastAt = at
    const observation: Observation = {
      kind: 'message',
      connection: this.#connection,
      index: this.#index,
      id: digest,
      at,
      time: time.ms === 0 ? { ms: at, ns: 0 } : time,
      live: live && fresh,
      ...(clock && { clock }),
      says: reading.says,
      stream: reading.stream,
      text: reading.text,
    }
    this.#index += 1
    return { kind: 'observed', observation, fresh, odd: reading.odd }
  }

  /**
   * Learns an observation of an earlier process. Call it for each of them, in their order: their messages are then known, and the
   * next connection is expected to bring them again.
   */
  learn(observation: Observation): void {
    if (observation.kind === 'opened') {
      this.#connection = observation.connection
      this.#clock.open(observation.at)
    }
    if (observation.kind === 'accepted' && observation.sent !== undefined) this.started(observation.sent)
    if (observation.kind === 'our-clock') this.ourClock(observation.ahead)
    if (observation.kind !== 'message') return
    const { connection, index, id, time, says, clock } = observation
    this.#connection = connection
    this.#index = index
    if (!this.#known.has(hashOf(id))) {
      this.#hear(hashOf(id), time, says)
      this.#clock.recall(stamped(observation, true))
    }
    if (clock) this.#clock.learn(clock)
  }

  /** The start of this run was sent from here. @param sentAt our clock, ms */
  started(sentAt: number): void {
    this.#clock.started(sentAt)
  }

  /** The clock of our machine was set. @param ahead by how much it is ahead of the clock of receipt times, ms */
  ourClock(ahead: number): void {
    this.#clock.ourClock(ahead)
  }

  /**
   * Reports, once per connection, that its replay is complete: a moment after the last message came that was known before, or after
   * a long silence. The backend no longer has the messages that are still missing then. On the first connection, before which no
   * message was known, the moment begins with the first message.
   * @returns null while the replay is not complete, or after the report
   */
  settle(now: number): Observation | null {
    if (this.#settled || this.#index === 0) return null
    const quiet = now - this.#lastAt
    const complete = this.#completeAt !== null && (quiet >= SETTLED || now - this.#completeAt >= SILENT)
    if (!complete && quiet < SILENT) return null
    this.#settled = true
    this.#replayable -= this.#missing
    this.#missing = 0
    return { kind: 'replayed', at: now, connection: this.#connection }
  }

  /** Whether `settle` has made its report of this connection. */
  get isSettled(): boolean {
    return this.#settled
  }

  /** False while this connection has not yet brought again all messages that were known before it. */
  get caughtUp(): boolean {
    return this.#settled || this.#missing <= 0
  }

  /** Whether the connection begins with a new message, later than the first known one, as in the fold's own check [RUN-14]. */
  #isAnotherExecution(hash: number, time: Instant, says: Message['says']): boolean {
    if (this.#index > 0 || this.#earliest === null || this.#known.has(hash)) return false
    return compareInstants(time, this.#earliest) > 0 || this.#beginnings.has(beginningOf(says) ?? '')
  }

  /** Notes a message. Returns whether it is a new one. */
  #hear(hash: number, time: Instant, says: Message['says']): boolean {
    if (this.#isAnotherExecution(hash, time, says)) this.#forget()
    const beginning = beginningOf(says)
    if (beginning) this.#beginnings.add(beginning)
    const fresh = this.#recognise(hash, time)
    if (fresh && says.kind === 'execution-aborted') {
      this.#unreplayed.add(hash)
      this.#replayable -= 1
    }
    if (this.#earliest === null || compareInstants(time, this.#earliest) < 0) this.#earliest = time
    if (this.#latest === null || compareInstants(time, this.#latest) > 0) this.#latest = time
    return fresh
  }

  /** Forgets the known messages: the backend does not replay them any more. */
  #forget(): void {
    this.#known.clear()
    this.#unreplayed.clear()
    this.#beginnings.clear()
    this.#clock.forget()
    this.#replayable = this.#missing = 0
    this.#before = this.#earliest = this.#latest = null
  }

  /**
   * Whether a message is certainly not part of a replay: the time since the message before it is the same by receipt and by stamp.
   * In a replay that only pauses, the two times differ [RUN-7].
   */
  #isLive(stamp: Instant, at: number): boolean {
    const waited = at - this.#lastAt
    const passed = stamp.ms - this.#lastTime.ms
    return at - this.#openedAt >= REPLAY_LASTS && waited >= LIVE_GAP && Math.abs(waited - passed) <= JITTER
  }

  #recognise(hash: number, time: Instant): boolean {
    const seen = this.#known.get(hash)
    if (seen === undefined) {
      if (this.#known.size >= this.#maxKnown) return this.#before === null || compareInstants(time, this.#before) > 0
      this.#known.set(hash, this.#connection)
      this.#replayable += 1
      return true
    }
    if (seen < this.#connection) {
      this.#known.set(hash, this.#connection)
      if (this.#unreplayed.has(hash)) return false
      // The message was counted as forgotten by the backend, but it came.
      if (this.#missing > 0) this.#missing -= 1
      else this.#replayable += 1
    }
    return false
  }

  /** Counts equal texts on this connection: distinguishes equal messages if their stamps are too coarse. */
  #occurrence(text: string): number {
    const hash = hashOf(digestOf(text))
    const count = (this.#occurrences.get(hash) ?? 0) + 1
    if (this.#occurrences.size < MAX_COUNTED || count > 1) this.#occurrences.set(hash, count)
    return count
  }
}

const stamped = (
  { id, at, index, time, live }: Pick<Message, 'id' | 'at' | 'index' | 'time' | 'live'>,
  fresh: boolean,
): Stamped => ({ id, at, index, stamp: time.ms, live, fresh })

/** 132 bits of a text's digest: a short id that does not contain the message's text. */
const digestOf = (text: string): string => hash('sha256', text, 'base64url').slice(0, 22)

/** 52 bits of a digest: with a million messages, the chance that two of them share it is 1 in 10,000. */
function hashOf(digest: string): number {
  const bytes = Buffer.from(digest, 'base64url')
  return bytes.readUIntBE(0, 6) * 16 + (bytes.readUInt8(6) >> 4)
}
