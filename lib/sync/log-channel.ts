import type { LogLine } from '../run/model'
import type { Channel } from './channel'
import type { LogSource } from './log'
import type { LogState, LogStep } from './state-schemas'
import type { Step } from './messages'

/** How much of a log one message carries at most: lines, and characters in them (but always one line at least). */
export const MESSAGE_LINES = 1_000
export const MESSAGE_LENGTH = 1024 * 1024

/**
 * The versions of a log. Its steps need not be kept, because the log itself holds their lines. A step is complete as long as no
 * line after its start was dropped.
 */
export class LogChannel implements Channel {
  version: number
  #encoded: string | null = null

  readonly #source: LogSource

  constructor(source: LogSource) {
    this.#source = source

    this.version = this.#lastSeq()
  }

  advance(): Step | 'snapshot' | null {
    const from = this.version
    const to = this.#lastSeq()
    if (to <= from) return null
    this.version = to
    this.#encoded = null
    return this.#stepFrom(from) ?? 'snapshot'
  }

  state(): string {
    return (this.#encoded ??= JSON.stringify(this.#tail()))
  }

  since(version: number): Step[] | null {
    if (version === this.version) return []
    const step = version < this.version ? this.#stepFrom(version) : null
    return step && [step]
  }

  digest(): null {
    return null
  }

  rest(): void {
    this.#encoded = null
  }

  #lastSeq(): number {
    return this.#source.tail(1)[0]?.seq ?? 0
  }

  /** The step with the lines after a version; null if one of them is missing or one message can't carry them. */
  #stepFrom(from: number): Step | null {
    const oldest = this.#source.after(0, 1)[0]?.seq ?? 0
    if (this.#source.dropped > 0 && oldest > from) return null
    const lines = this.#source.after(from, MESSAGE_LINES + 1).filter(line => line.seq <= this.version)
    if (lines.length > MESSAGE_LINES || fitting(lines) < lines.length) return null
    const step: LogStep = { lines }
    return { from, to: this.version, diff: JSON.stringify(step) }
  }

  #tail(): LogState {
    const newest = this.#source.tail(MESSAGE_LINES)
    const unpublished = newest.filter(line => line.seq > this.version).length
    const published = newest.slice(0, newest.length - unpublished)
    const lines = published.slice(published.length - fitting(published))
    return { lines, dropped: this.#source.dropped + this.#source.size - unpublished - lines.length }
  }
}

/** How many of the newest lines fit into one message by their length. */
function fitting(lines: readonly LogLine[]): number {
  let length = 0
  const overflow = lines.findLastIndex(line => (length += line.text.length) > MESSAGE_LENGTH)
  return Math.max(lines.length - 1 - overflow, Math.min(lines.length, 1))
}
