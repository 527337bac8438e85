/** Work goes on for so long at most before the network is looked at again, ms. */
const SLICE = 10
/** So long at most does work wait while connections keep coming, ms. */
const LONGEST_WAIT = 100

/**
 * Lets what is urgent pass by work that may come in masses [SAFE-5]. Node takes one new connection each time that it looks at the
 * network: with work in between, whoever comes last waits for all of it. So work waits for a look that finds no new connection.
 */
export class Pace {
  private readonly waiting: (() => void)[] = []
  private arrivals = 0
  private isWaiting = false

  /** A new connection has come. */
  arrived(): void {
    this.arrivals += 1
  }

  /** Begins work in its turn, never at once. @param work must not throw */
  begin(work: () => void): void {
    this.waiting.push(work)
    if (!this.isWaiting) this.look(performance.now())
  }

  private look(since: number): void {
    this.isWaiting = true
    const { arrivals } = this
    setImmediate(() => {
      if (this.arrivals !== arrivals && performance.now() - since < LONGEST_WAIT) this.look(since)
      else this.work()
    })
  }

  private work(): void {
    const now = performance.now()
    while (performance.now() - now < SLICE) {
      const next = this.waiting.shift()
      if (next === undefined) break
      next()
    }
    this.isWaiting = this.waiting.length > 0
    if (this.isWaiting) this.look(performance.now())
  }
}
