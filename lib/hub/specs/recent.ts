import { HubError } from '../api'

/** A reading is repeated only after so long, ms: many pages may ask at once. */
const RECENT = 2_000
/** A page waits for the backend no longer than that, ms; the reading goes on, and the next question may find it. */
const PATIENCE = 1_500
/** So long an answer stands in for the next one, if that is late, ms. */
const STANDS_IN = 60_000

/** A reading of the backend, or why there is none: null if the backend has not answered yet. */
export type Reading<T> = { ok: true; value: T; at: number } | { ok: false; error: HubError | null }

/** One question to the backend that many pages share. */
export class Recent<T> {
  #pending: Promise<Reading<T>> | null = null
  /** The last answer, or failure, and when it came, ms. */
  #last: { at: number; reading: Reading<T> } | null = null

  readonly #ask: () => Promise<T>
  readonly #now: () => number

  constructor(ask: () => Promise<T>, now: () => number) {
    this.#ask = ask
    this.#now = now
  }

  /**
   * An answer that came at most two seconds ago; of a backend that takes longer to answer, the last one of a minute. Takes at most
   * 1.5 s, and rejects with an error of our own.
   */
  async read(): Promise<Reading<T>> {
    const last = this.#last
    // A clock that was set back must not keep an old answer.
    const age = last === null ? Infinity : Math.abs(this.#now() - last.at)
    if (last !== null && age < RECENT) return last.reading
    const reading = await orNone((this.#pending ??= this.#begin()))
    const isLate = !reading.ok && reading.error === null
    return isLate && last?.reading.ok && age < STANDS_IN ? last.reading : reading
  }

  async #begin(): Promise<Reading<T>> {
    try {
      const reading = await this.#answer()
      this.#last = { at: this.#now(), reading }
      return reading
    } finally {
      this.#pending = null
    }
  }

  async #answer(): Promise<Reading<T>> {
    try {
      return { ok: true, value: await this.#ask(), at: this.#now() }
    } catch (error) {
      if (!(error instanceof HubError)) throw error
      return { ok: false, error }
    }
  }
}

async function orNone<T>(reading: Promise<Reading<T>>): Promise<Reading<T>> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<Reading<T>>(resolve => {
    timer = setTimeout(() => resolve({ ok: false, error: null }), PATIENCE)
  })
  try {
    return await Promise.race([reading, late])
  } finally {
    clearTimeout(timer)
  }
}
