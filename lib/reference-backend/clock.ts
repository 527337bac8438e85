/** Nanoseconds since 1970 that never repeat, nor step back unless they are set: the wall clock when made, plus a monotonic one. */
export class Clock {
  #origin = BigInt(Date.now()) * 1_000_000n - process.hrtime.bigint()
  #last = 0n

  /** As an administrator sets it, by so many ms. */
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

/** The way the backend's date library writes a time: 0, 3, 6 or 9 fraction digits, as few as carry the value. */
export function iso(nanoseconds: bigint, zone: 'Z' | '+00:00' | ' UTC'): string {
  const seconds = new Date(Number(nanoseconds / 1_000_000_000n) * 1000).toISOString().slice(0, 19)
  const nine = (nanoseconds % 1_000_000_000n).toString().padStart(9, '0')
  const fraction = nine.replace(/(000){1,3}$/, '')
  const date = zone === ' UTC' ? seconds.replace('T', ' ') : seconds
  return `${date}${fraction && '.'}${fraction}${zone}`
}
