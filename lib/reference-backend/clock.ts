/**
 * Nanoseconds since 1970 that never repeat, and never step back unless the clock is set: the wall clock at the creation, plus a
 * monotonic clock.
 */
export class Clock {
  #origin = BigInt(Date.now()) * 1_000_000n - process.hrtime.bigint()
  #last = 0n

  /** Sets the clock as an administrator does, by this many ms. */
  set(by: number): void {
    this.#origin += BigInt(by) * 1_000_000n
    this.#last = 0n
  }

  now(): bigint {
    const now = this.#origin + process.hrtime.bigint()
    this.#last = now > this.#last ? now : this.#last + 1n
    return this.#last
  }
}

/** Writes a time as the backend's date library does: 0, 3, 6 or 9 fraction digits, as few as the value needs. */
export function iso(nanoseconds: bigint, zone: 'Z' | '+00:00' | ' UTC'): string {
  const seconds = new Date(Number(nanoseconds / 1_000_000_000n) * 1000).toISOString().slice(0, 19)
  const nine = (nanoseconds % 1_000_000_000n).toString().padStart(9, '0')
  const fraction = nine.replace(/(000){1,3}$/, '')
  const date = zone === ' UTC' ? seconds.replace('T', ' ') : seconds
  return `${date}${fraction && '.'}${fraction}${zone}`
}
