/** So long at most does work wait while connections keep coming, and so long does it go on then, ms. */
const LONGEST_WAIT = 100
const THEN_WORKS = 10
/** What is urgent takes so long at most between two looks at the network, ms. */
const URGENT_SLICE = 5

type Work = () => void

/**
 * Lets what is urgent pass by work that may come in masses [SAFE-5]. Node takes one new connection each time that it looks at the
 * network: with work in between, whoever comes last waits for all of it. So work waits for a look that finds no new connection,
 * and between two looks one piece of it is done: of each address in its turn.
 */
export class Pace {
  readonly #urgent: Work[] = []
  /** By address: who waited longest for its turn comes first. */
  readonly #waiting = new Map<string, Work[]>()
  #arrivals = 0
  #arrivalsSeen = 0
  #isLooking = false
  /** Until when work waits while connections keep coming. */
  #holdUntil = 0

  /** A new connection has come. */
  arrived(): void {
    this.#arrivals += 1
  }

  /** Begins work in its turn, never at once. @param work must not throw */
  begin(work: Work, address = ''): void {
    const queue = this.#waiting.get(address)
    if (queue) queue.push(work)
    else this.#waiting.set(address, [work])
    this.#lookSoon()
  }

  /** Begins work that takes next to nothing, before all else. @param work must not throw */
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
