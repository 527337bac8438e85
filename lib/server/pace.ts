/** So long at most does work wait while connections keep coming, and so long does it go on then, ms. */
const LONGEST_WAIT = 100
const THEN_WORKS = 10

/**
 * Lets what is urgent pass by work that may come in masses [SAFE-5]. Node takes one new connection each time that it looks at the
 * network: with work in between, whoever comes last waits for all of it. So work waits for a look that finds no new connection,
 * and between two looks one piece of it is done.
 */
export class Pace {
  private readonly waiting: (() => void)[] = []
  private arrivals = 0
  private arrivalsSeen = 0
  private isLooking = false
  /** Until when work waits while connections keep coming. */
  private holdUntil = 0

  /** A new connection has come. */
  arrived(): void {
    this.arrivals += 1
  }

  /** Begins work in its turn, never at once. @param work must not throw */
  begin(work: () => void): void {
    this.waiting.push(work)
    if (this.isLooking) return
    this.holdUntil = performance.now() + LONGEST_WAIT
    this.look()
  }

  /** Settles when it is the caller's turn to work. */
  turn(): Promise<void> {
    return new Promise(resolve => this.begin(resolve))
  }

  private look(): void {
    this.isLooking = true
    setImmediate(() => {
      if (this.mayWork()) this.waiting.shift()?.()
      this.isLooking = this.waiting.length > 0
      if (this.isLooking) this.look()
    })
  }

  private mayWork(): boolean {
    const now = performance.now()
    const isQuiet = this.arrivals === this.arrivalsSeen
    this.arrivalsSeen = this.arrivals
    if (isQuiet || now >= this.holdUntil + THEN_WORKS) this.holdUntil = now + LONGEST_WAIT
    return isQuiet || now >= this.holdUntil
  }
}
