export type Transport = 'websocket' | 'polling'

/** How to try to connect: by which transports, in order if one is refused, and for how long, ms. */
export interface Attempt {
  readonly transports: readonly Transport[]
  readonly timeoutMs: number
}

/**
 * How a connection ended. `told`: one side announced it. `cut`: it broke without an announcement. `mute`: the page gave it up,
 * because a question was not answered.
 */
export type Ending = 'told' | 'cut' | 'mute'

/** How long things may take, ms. */
export interface TransportTimes {
  /** For an attempt that begins with WebSocket; and for one that can use only polling. */
  readonly websocket: number
  readonly polling: number
  /** How long polling is used before WebSocket is probed. The time doubles after each probe, up to `maxRest`. */
  readonly rest: number
  readonly maxRest: number
  /** A WebSocket that has carried the page for this long counts as working. */
  readonly works: number
}

export const TRANSPORT_TIMES: TransportTimes = {
  ...{ websocket: 4_000, polling: 10_000 },
  ...{ rest: 15_000, maxRest: 240_000, works: 60_000 },
}

/** After this many WebSockets in a row that carried nothing, WebSocket rests until a probe, or until polling fails too. */
const MAX_STRIKES = 2

/**
 * Decides which transports a page tries next [SYNC-11]. It prefers WebSocket. A proxy that swallows the upgrade, or that lets it
 * pass and then carries nothing, costs one or two tries. Pure: each input carries the page's clock, ms.
 */
export class TransportChoice {
  #first: Transport = 'websocket'
  #resting = false
  #restMs: number
  #strikes = 0
  #carrier: { by: Transport; since: number; proved: boolean } | null = null

  readonly #times: TransportTimes

  constructor(times = TRANSPORT_TIMES) {
    this.#times = times

    this.#restMs = times.rest
  }

  next(): Attempt {
    const { websocket, polling } = this.#times
    return this.#first === 'websocket' && !this.#resting
      ? { transports: ['websocket', 'polling'], timeoutMs: websocket }
      : // Polling alone: its refusal says more than the silence of the WebSocket that would follow it.
        { transports: ['polling'], timeoutMs: polling }
  }

  /** An attempt led to no connection. `silent`: nothing answered in time, so only its first transport was tried. */
  failed(silent: boolean): void {
    this.#first = this.#first === 'websocket' && silent && !this.#resting ? 'polling' : 'websocket'
    this.#resting = false
  }

  /** From now on this transport carries the connection. */
  carried(by: Transport, now: number): void {
    this.#first = by
    this.#carrier = { by, since: now, proved: false }
  }

  /** A message came over the connection. */
  proved(): void {
    if (this.#carrier) this.#carrier.proved = true
  }

  ended(how: Ending, now: number): void {
    const carrier = this.#carrier
    this.#carrier = null
    if (carrier?.by !== 'websocket') return
    const works = now - carrier.since >= this.#times.works
    if (works) this.#restMs = this.#times.rest
    if (how === 'mute' && !works) this.#strikes = MAX_STRIKES
    else if (how === 'cut' && !carrier.proved) this.#strikes += 1
    else this.#strikes = 0
    if (this.#strikes < MAX_STRIKES) return
    this.#strikes = 0
    this.#resting = true
  }

  /** In how many ms to probe whether WebSocket works; null while it carries the connection, or there is no connection. */
  probeIn(): number | null {
    return this.#carrier?.by === 'polling' ? this.#restMs : null
  }

  /** A probe ended. `works`: its WebSocket opened, and the server's first message came over it. */
  probed(works: boolean): void {
    this.#restMs = Math.min(2 * this.#restMs, this.#times.maxRest)
    if (!works) return
    this.#resting = false
    this.#first = 'websocket'
  }
}
