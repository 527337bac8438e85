import { backoff } from '../clock/backoff'

/** A connection that has ended. */
export interface EndedConnection {
  /** For how long it was open, ms; null: it never was. */
  readonly openFor: number | null
  /** It brought a message that was not known before. */
  readonly hasDelivered: boolean
  /** It was ended from here, for another one. */
  readonly isLeft: boolean
}

const RETRY = { first: 250, most: 10_000 }
/** A connection that lasted longer counts as one that works, ms. */
const ESTABLISHED = 5_000
/** After so many short connections in a row, a pause, ms, comes before each new one, even if they brought something. */
const HASTY = 20
const PAUSE = 100
const STALLED_AFTER = 3

/**
 * Decides when to connect again: at once after a connection that brought something new [RUN-9.7], otherwise after a growing,
 * jittered pause [RUN-9.8].
 */
export class Reconnection {
  #retries = 0
  /** The number of connections in a row that were cut before they had brought anything new. */
  #fruitless = 0
  #short = 0

  /**
   * Takes in that a connection has ended.
   * @returns the pause before the next one, ms, and `isStalled` for the third in a row that brought nothing new
   */
  after({ openFor, hasDelivered, isLeft }: EndedConnection): { pause: number; isStalled: boolean } {
    const isEstablished = openFor !== null && openFor > ESTABLISHED
    this.#short = isEstablished ? 0 : this.#short + 1
    if (isEstablished || hasDelivered || isLeft) {
      this.#retries = this.#fruitless = 0
      return { pause: this.#short <= HASTY ? 0 : PAUSE, isStalled: false }
    }
    const pause = backoff(this.#retries, RETRY)
    this.#retries += 1
    if (openFor !== null) this.#fruitless += 1
    return { pause, isStalled: openFor !== null && this.#fruitless === STALLED_AFTER }
  }
}
