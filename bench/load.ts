/** Which messages come at which rate. */
export interface Load {
  /** Messages per second, of all runs together. */
  perSecond: number
  /** One of so many messages changes a batch; the others are log lines. */
  changeEvery: number
}

/** When each message was sent, ms of the system's clock: pairs of its number and its time. */
export interface Sent {
  changes: [n: number, at: number][]
  lines: [n: number, at: number][]
}

/** Chance that is the same in every measurement. */
function chances(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/**
 * Sends messages at a rate, with pauses between half and one and a half times the mean: equal pauses would keep step with the
 * timers of what is measured.
 */
export class Sender {
  #timer: NodeJS.Timeout | null = null
  #due = 0
  #messages = 0
  #numbers = { changes: 0, lines: 0 }
  #sent: Sent = { changes: [], lines: [] }
  readonly #chance = chances(1)
  readonly #send: (kind: 'change' | 'line', n: number) => void

  /** @param send `n` counts the messages of this kind from 1 */
  constructor(send: (kind: 'change' | 'line', n: number) => void) {
    this.#send = send
  }

  start(load: Load): void {
    this.#due = performance.now()
    this.#next(load)
  }

  /** Ends the load. Returns what was sent since its begin. */
  stop(): Sent {
    if (this.#timer) clearTimeout(this.#timer)
    const sent = this.#sent
    this.#sent = { changes: [], lines: [] }
    return sent
  }

  #next(load: Load): void {
    while (this.#due <= performance.now()) {
      const kind = this.#messages % load.changeEvery === 0 ? 'change' : 'line'
      const which = kind === 'change' ? 'changes' : 'lines'
      const n = (this.#numbers[which] += 1)
      this.#sent[which].push([n, Date.now()])
      this.#send(kind, n)
      this.#messages += 1
      this.#due += (1_000 / load.perSecond) * (0.5 + this.#chance())
    }
    this.#timer = setTimeout(() => this.#next(load), this.#due - performance.now())
  }
}
