import type { Answer } from '../../api'

/** How long to wait between two questions, before a failed one is repeated, and until what is shown counts as behind, ms. */
export const PACE = { between: 1_000, retry: 2_000, behind: 3_000 }

/** What an answer is as good as. */
export interface Shown<T> {
  value: T
  /** Why the last question had no answer; null if it had one. */
  failure: string | null
  /** Something has changed since, and the answer to that takes long. */
  behind: boolean
}

export interface Timing {
  now: () => number
  /** Calls back once after so many ms; returns a function that cancels it. */
  setTimer: (ms: number, callback: () => void) => () => void
}

/**
 * Keeps an answer up to date: asks again when the key of what it depends on changes, at most once a second, whatever happens in
 * between [SPEC-5.1].
 */
export class UpToDate<T> {
  #wanted: string | null = null
  #answered: string | null = null
  #askedAt = -Infinity
  /** Since when what is shown is not as of the key, ms. */
  #differsSince = 0
  #isDue = false
  #isAsking = false
  #isClosed = false
  #cancelStep: (() => void) | null = null
  #cancelLate: (() => void) | null = null
  #shown: Shown<T>

  readonly #ask: () => Promise<Answer<T>>
  readonly #changed: (shown: Shown<T>) => void
  readonly #timing: Timing

  constructor(initial: T, ask: () => Promise<Answer<T>>, changed: (shown: Shown<T>) => void, timing: Timing) {
    this.#shown = { value: initial, failure: null, behind: false }
    this.#ask = ask
    this.#changed = changed
    this.#timing = timing
  }

  /** The answer has to be as of this key. */
  want(key: string): void {
    if (this.#wanted === this.#answered) this.#differsSince = this.#timing.now()
    this.#wanted = key
    this.#step()
  }

  /** Asks once more, although nothing is known to have changed. */
  again(): void {
    if (this.#wanted === null) return
    this.#isDue = true
    this.#step()
  }

  close(): void {
    this.#isClosed = true
    this.#cancelStep?.()
    this.#cancelLate?.()
  }

  #step(): void {
    this.#watch()
    if (this.#isClosed || this.#isAsking || this.#cancelStep) return
    if (this.#wanted === this.#answered && !this.#isDue) return
    const { failure } = this.#shown
    const wait = this.#askedAt + (failure === null ? PACE.between : PACE.retry) - this.#timing.now()
    if (wait > 0) {
      this.#cancelStep = this.#timing.setTimer(wait, () => {
        this.#cancelStep = null
        this.#step()
      })
    } else void this.#question()
  }

  async #question(): Promise<void> {
    this.#isAsking = true
    this.#isDue = false
    const key = this.#wanted
    this.#askedAt = this.#timing.now()
    const answer = await this.#ask()
    this.#isAsking = false
    if (this.#isClosed) return
    if (answer.ok) {
      this.#answered = key
      this.#differsSince = this.#askedAt
      this.#show({ value: answer.value, failure: null, behind: false })
    } else {
      this.#isDue = true
      this.#show({ ...this.#shown, failure: answer.error })
    }
    this.#step()
  }

  /** While the answer is not as of the key, it is behind from some seconds after its question on. */
  #watch(): void {
    this.#cancelLate?.()
    this.#cancelLate = null
    if (this.#isClosed || this.#wanted === this.#answered || this.#shown.behind) return
    const wait = Math.max(0, this.#differsSince + PACE.behind - this.#timing.now())
    this.#cancelLate = this.#timing.setTimer(wait, () => {
      this.#cancelLate = null
      this.#show({ ...this.#shown, behind: true })
    })
  }

  #show(shown: Shown<T>): void {
    this.#shown = shown
    this.#changed(shown)
  }
}
