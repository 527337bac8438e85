/** The clocks of the machine, in ms. */
export interface Clocks {
  /** Since 1970. An administrator, NTP, or a virtual machine that wakes may set it. */
  wall(): number
  /** Since any moment. It is never set; it may stand still while the machine sleeps. */
  monotonic(): number
  /** Since the machine was started, its sleep included; to 10 ms or to a second. */
  uptime(): number
}

/** A larger difference between the wall clock and its expected time counts as a step, ms; a smaller one is followed. */
const STEP = 500
/** Only a longer sleep of the machine counts as a sleep, because the uptime may be as coarse as a second, ms. */
const SLEEP = 1_500
/** If less time passes between two readings, they count as one moment, ms; else both clocks are read again. */
const AT_ONCE = 50
const TRIES = 5

/**
 * The wall clock as it went when the process began: if the wall clock is set later, this clock does not follow [RUN-16.13].
 * Both continue while the machine sleeps.
 */
export class SteadyClock {
  /** This clock minus the monotonic one, ms. */
  #origin: number
  /** The part of the uptime that the monotonic clock did not count, ms. */
  #slept: number
  /** By how much the wall clock is ahead of this one, ms. */
  #ahead = 0

  readonly #clocks: Clocks

  constructor(clocks: Clocks) {
    this.#clocks = clocks

    const { wall, monotonic } = this.#read()
    this.#origin = wall - monotonic
    this.#slept = this.#sleep()
  }

  /** ms since 1970. */
  now(): number {
    const change = this.#change()
    if (Math.abs(change) > STEP) this.#look()
    return Math.floor(this.#origin + this.#clocks.monotonic())
  }

  /** By how much the wall clock was set since the process began, ms: positive if it was set forward. */
  ahead(): number {
    const change = this.#change()
    // A sleep and a step back may add up to nothing.
    if (Math.abs(change) > STEP || this.#sleep() - this.#slept > SLEEP) this.#look()
    // The monotonic clock of some machines is a little fast or slow.
    else this.#origin += change
    return this.#ahead
  }

  #change(): number {
    return this.#clocks.wall() - this.#clocks.monotonic() - this.#origin - this.#ahead
  }

  /** Finds why the wall clock differs from its expected time: the machine has slept, or the clock was set. */
  #look(): void {
    const { wall, monotonic } = this.#read()
    const slept = this.#sleep() - this.#slept
    if (slept > SLEEP) {
      this.#origin += slept
      this.#slept += slept
    }
    const change = wall - monotonic - this.#origin - this.#ahead
    if (Math.abs(change) > STEP) this.#ahead = Math.round(this.#ahead + change)
  }

  #sleep(): number {
    return this.#clocks.uptime() - this.#clocks.monotonic()
  }

  /** Reads both clocks at one moment. It reads again if the process lost the processor between the two readings. */
  #read(): { wall: number; monotonic: number } {
    for (let n = 1; ; n += 1) {
      const monotonic = this.#clocks.monotonic()
      const wall = this.#clocks.wall()
      if (n === TRIES || this.#clocks.monotonic() - monotonic < AT_ONCE) return { wall, monotonic }
    }
  }
}
