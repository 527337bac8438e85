/** How long work waits at most while connections keep coming, and how long it then runs, ms. */
const LONGEST_WAIT = 100
const THEN_WORKS = 10
/** How long urgent work may run between two checks of the network, ms. */
const URGENT_SLICE = 5

type Work = () => void

/**
 * Lets urgent work pass work that may come in masses [SAFE-5]. Node accepts one new connection each time it checks the network:
 * with work between the checks, the last of many connections waits for all of that work. So work waits for a check that finds no
 * new connection, and one piece of it runs between two checks. The addresses take turns.
 */
export class Pace {
  readonly #urgent: Work[] = []
  /** The waiting work by address; the address that has waited longest comes first. */
  readonly #waiting = new Map<string, Work[]>()
  #arrivals = 0
  #arrivalsSeen = 0
  #isLooking = false
  /** Until when work waits while connections keep coming, ms. */
  #holdUntil = 0

  /** Records a new connection. */
  arrived(): void {
    this.#arrivals += 1
  }

  /**
   * Begins work in its turn, never synchronously.
   * @param work must not throw
   */
  begin(work: Work, address = ''): void {
    const queue = this.#waiting.get(address)
    if (queue) queue.push(work)
    else this.#waiting.set(address, [work])
    this.#lookSoon()
  }

  /**
   * Begins work that takes almost no time, before all other work.
   * @param work must not throw
   */
  beginUrgent(work: Work): void {
    this.#urgent.push(work)
    this.#lookSoon()
  }

  /** Settles when it is the caller's turn to work. */
  turn(): Promise<void> {
    return new Promise(resolve => this.begin(resolve))
  }

  #lookSoon(): void {
    if (this.#isLooking) return
    this.#holdUntil = performance.now() + LONGEST_WAIT
    this.#look()
  }

  #look(): void {
    this.#isLooking = true
    setImmediate(() => {
      this.#workUrgently()
      if (this.#mayWork()) this.#next()?.()
      this.#isLooking = this.#urgent.length + this.#waiting.size > 0
      if (this.#isLooking) this.#look()
    })
  }

  #workUrgently(): void {
    const until = performance.now() + URGENT_SLICE
    let done = 0
    while (done < this.#urgent.length && performance.now() < until) this.#urgent[done++]?.()
    this.#urgent.splice(0, done)
  }

  #mayWork(): boolean {
    const now = performance.now()
    const isQuiet = this.#arrivals === this.#arrivalsSeen
    this.#arrivalsSeen = this.#arrivals
    if (isQuiet || now >= this.#holdUntil + THEN_WORKS) this.#holdUntil = now + LONGEST_WAIT
    return isQuiet || now >= this.#holdUntil
  }

  #next(): Work | undefined {
    for (const [address, queue] of this.#waiting) {
      const work = queue.shift()
      this.#waiting.delete(address)
      if (queue.length > 0) this.#waiting.set(address, queue)
      return work
    }
    return undefined
  }
}
