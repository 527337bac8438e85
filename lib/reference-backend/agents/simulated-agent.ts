import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import type { Agent, Announcement, Assignment, Line } from './agent'
import type { Faults } from '../faults'
import { BatchGates } from './batch-gates'
import { seeded, type Script } from './script'

/** Waits for this long, in ms before `speed`; rejects once `signal` aborts. */
export type Pace = (ms: number, signal: AbortSignal) => Promise<void>

/** A pace that is `speed` times faster than scripted; with `Infinity` no wait lasts longer than a turn of the event loop. */
export const paceOf =
  (speed: number): Pace =>
  (ms, signal) =>
    speed === Infinity ? nextTurn(undefined, { signal }) : sleep(ms / speed, undefined, { signal })

const SIMULATED: readonly Announcement[] = [{ level: 'info', text: 'Simulated agent: no container is started' }]

/** Plays a script instead of starting a container, and follows the orders of a test meanwhile. */
export class SimulatedAgent implements Agent {
  readonly #holds = new BatchGates()
  readonly #working = new Map<string, Set<(line: Line) => void>>()
  readonly #toPrint = new Map<string, Line[]>()

  readonly #script: Script
  readonly #pace: Pace
  readonly #faults: Faults

  constructor(
    script: Script,
    pace: Pace,
    faults: Faults,
    readonly announcements: readonly Announcement[] = SIMULATED,
  ) {
    this.#script = script
    this.#pace = pace
    this.#faults = faults
  }

  async run(assignment: Assignment, { signal, line }: { signal: AbortSignal; line: (line: Line) => void }) {
    const { id } = assignment
    const working = this.#working.get(id) ?? new Set()
    this.#working.set(id, working.add(line))
    try {
      for (const said of this.#toPrint.get(id) ?? []) line(said)
      this.#toPrint.delete(id)
      const { ms, lines } = this.#script(assignment, seeded(id))
      const gap = ms / (lines.length + 1)
      for (const said of lines) {
        await this.#pace(gap, signal)
        line(said)
      }
      await this.#pace(gap, signal)
      await this.#holds.released(id, signal)
      return this.#faults.exitCode(id)
    } finally {
      working.delete(line)
      if (working.size === 0) this.#working.delete(id)
    }
  }

  /** The batch does not end, in this and in every later execution, until it is released. */
  hold(batchId: string): void {
    this.#holds.hold(batchId)
  }

  release(batchId: string): void {
    this.#holds.release(batchId)
  }

  /** The current agent of the batch prints this now; if there is none, the next agent that starts on the batch prints it. */
  print(batchId: string, lines: readonly Line[]): void {
    const working = this.#working.get(batchId)
    if (working === undefined) this.#toPrint.set(batchId, [...(this.#toPrint.get(batchId) ?? []), ...lines])
    for (const line of working ?? []) lines.forEach(line)
  }
}
