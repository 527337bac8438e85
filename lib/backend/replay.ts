import { createHash } from 'node:crypto'
import { beginningOf } from '../run/fold'
import type { Message, Observation } from '../run/observation'
import { compareInstants, fractionDigits, parseInstant, type Instant } from '../run/time'
import { ClockWatch, type Stamped } from './clock-watch'
import { readFrame } from './normalise'

/** What became of one frame. */
export type Received =
  | {
      kind: 'observed'
      observation: Observation
      /** Not seen before, on any connection. */ fresh: boolean
      odd: string | null
    }
  | { kind: 'unreadable'; reason: string }

const MAX_KNOWN = 1_000_000
const MAX_COUNTED = 200_000
const REPLAY_LASTS = 1_000
const LIVE_GAP = 500
const JITTER = 100
const SETTLED = 500
const SILENT = 3_000

/**
 * Turns the frames of one run's connections, in order, into observations. Each connection replays the run's whole history
 * without saying where it ends; this knows every message again, so that a replay adds only what was missed [RUN-2].
 * Pure but for its memory: time comes in with each call.
 */
export class Replay {
  /** The newest connection that brought a message, by the message's hash. */
  readonly #known = new Map<number, number>()
  #connection = 0
  #index = 0
  #openedAt = 0
  #lastAt = 0
  #lastTime: Instant = { ms: 0, ns: 0 }
  /** The latest stamp known when this connection opened: beyond the bound of `known`, what is older is taken as known. */
  #before: Instant | null = null
  #earliest: Instant | null = null
  #latest: Instant | null = null
  #occurrences = new Map<number, number>()
  /** How many messages a replay brings, as far as is known, and how many of them this connection has yet to bring. */
  #replayable = 0
  #missing = 0
  /** When the last of them came on this connection, ms. */
  #completeAt: number | null = null
  /** Messages that a replay need not bring: the backend forgets a real abort. */
  readonly #unreplayed = new Set<number>()
  #settled = true
  readonly #clock = new ClockWatch()
  /** How the execution began, as far as that was heard. */
  readonly #beginnings = new Set<string>()

  readonly #maxKnown: number

  /** @param maxKnown how many messages are known again one by one */
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

  close(at: number): Observation {
    this.#settled = true
    return { kind: 'closed', at, connection: this.#connection }
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
    // A message without a stamp happened when the one before it did, on every connection the same.
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
   * Takes in what was observed before this began, in the order in which it was: from then on that is known, and the next
   * connection is expected to bring it again.
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

  /** The clock of our machine was set. @param ahead by how much it is ahead of the one that receipt times are by, ms */
  ourClock(ahead: number): void {
    this.#clock.ourClock(ahead)
  }

  /**
   * Says once per connection that it has brought again everything known before it: a moment after the last such message
   * came, or when it has long been silent after the first. What is missing then was forgotten by the backend. Of the first
   * connection, before which nothing was known, that goes from its first message.
   * @returns null while that can't be said
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

  /** False while this connection has not yet brought again what was known before it: until then it is behind. */
  get caughtUp(): boolean {
    return this.#settled || this.#missing <= 0
  }

  /** A connection that begins with a new message, later than the first one known; the fold sees the same [RUN-14]. */
  #isAnotherExecution(hash: number, time: Instant, says: Message['says']): boolean {
    if (this.#index > 0 || this.#earliest === null || this.#known.has(hash)) return false
    return compareInstants(time, this.#earliest) > 0 || this.#beginnings.has(beginningOf(says) ?? '')
  }

  /** Whether the message is a new one. */
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

  /** Nothing of what was known is replayed any more. */
  #forget(): void {
    this.#known.clear()
    this.#unreplayed.clear()
    this.#beginnings.clear()
    this.#clock.forget()
    this.#replayable = this.#missing = 0
    this.#before = this.#earliest = this.#latest = null
  }

  /**
   * Whether a message surely is no part of a replay: it came as long after the one before it as it was sent. A replay
   * that merely stalls does not keep that time [RUN-7].
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
      // One that was given up as forgotten, and was not.
      if (this.#missing > 0) this.#missing -= 1
      else this.#replayable += 1
    }
    return false
  }

  /** Where stamps are too coarse to tell two equal messages apart, the how-manieth of this connection it is. */
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

/** 132 bits of a text's digest: what a message is known by, short, and without what it says. */
const digestOf = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 22)

/** 52 bits of a digest: among a million messages two share them once in ten thousand runs. */
function hashOf(digest: string): number {
  const bytes = Buffer.from(digest, 'base64url')
  return bytes.readUIntBE(0, 6) * 16 + (bytes.readUInt8(6) >> 4)
}
