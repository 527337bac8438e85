import { HubError } from '../api'

/** A reading is repeated only after so long, ms: many pages may ask at once. */
const RECENT = 2_000
/** A page waits for the backend no longer than that, ms; the reading goes on, and the next question may find it. */
const PATIENCE = 1_500

/** A reading of the backend, or why there is none: null if the backend has not answered yet. */
export type Reading<T> = { ok: true; value: T; at: number } | { ok: false; error: HubError | null }

/** One question to the backend that many pages share. */
export class Recent<T> {
  #asked: { at: number; reading: Promise<Reading<T>> } | null = null

  readonly #ask: () => Promise<T>
  readonly #now: () => number

  constructor(ask: () => Promise<T>, now: () => number) {
    this.#ask = ask
    this.#now = now
  }

  /** The answer to a question that was asked at most two seconds ago. Takes at most 1.5 s, and rejects with an error of our own. */
  async read(): Promise<Reading<T>> {
    const now = this.#now()
    // A clock that was set back must not keep an old answer.
    if (this.#asked === null || Math.abs(now - this.#asked.at) >= RECENT) {
      this.#asked = { at: now, reading: this.#begin() }
    }
    return orNone(this.#asked.reading)
  }

  async #begin(): Promise<Reading<T>> {
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
