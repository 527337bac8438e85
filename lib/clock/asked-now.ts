import { serverNow } from './clock'

/** A source is asked at once at most so often, whoever wants it, ms. */
const AT_ONCE_EVERY = 1_000

/** Asks a source for a sign of life: by a timer of the owner, or at once, but never twice at the same time. */
export class AskedNow {
  #asking: Promise<void> | null = null
  #lastAt = -Infinity
  readonly #send: () => Promise<void>

  /** @param send never rejects */
  constructor(send: () => Promise<void>) {
    this.#send = send
  }

  /** Asks, unless it is asked already. Resolves with the answer. */
  ask(): Promise<void> {
    this.#lastAt = serverNow()
    this.#asking ??= this.#send().finally(() => (this.#asking = null))
    return this.#asking
  }

  /** As `ask`. Within a second of the last time it asks nothing: that answer is new enough. */
  async now(): Promise<void> {
    const since = serverNow() - this.#lastAt
    // The clock may have been set back.
    if (this.#asking === null && since >= 0 && since < AT_ONCE_EVERY) return
    await this.ask()
  }
}
