import type { Run } from '../../run/run'
import type { PlanBatch } from '../../run/observation'
import { elapsed } from '../../run/time/time'
import type { Derived } from '../../run/view'
import { CheckedRun } from '../run/checked-run'
import { Replay } from '../../backend/replay'
import { T0 } from './stories'

/** For tests: follows one run through its connections, which also advance the clock. */
export class StreamFollower {
  readonly #checked = new CheckedRun()
  readonly run: Run = this.#checked.run
  readonly log: string[] = []
  readonly #replay = new Replay()
  #now = T0

  readPlan(batches: PlanBatch[]): void {
    this.#checked.observe({ kind: 'plan', at: this.#now, spec: '001-todo', batches, shared: false })
  }

  open(): void {
    this.#now += 100
    this.#checked.observe(this.#replay.open(this.#now))
  }

  hear(text: string): void {
    this.#now += 1
    const received = this.#replay.receive(text, this.#now)
    if (received.kind !== 'observed') return
    this.#checked.observe(received.observation)
    if (received.fresh && received.observation.kind === 'message') this.log.push(received.observation.text)
  }

  /** The connection is silent for a while; after that a completed replay is recognised. */
  settle(): void {
    this.#now += 5_000
    const settled = this.#replay.settle(this.#now)
    if (settled) this.#checked.observe(settled)
  }

  close(): void {
    this.#checked.observe(this.#replay.close(this.#now))
  }

  /** Plays one whole connection. */
  connect(texts: readonly string[], afterEach: (text: string) => void = () => undefined): void {
    this.open()
    for (const text of texts) {
      this.hear(text)
      afterEach(text)
    }
    this.settle()
    this.close()
  }

  derive(): Derived {
    return this.#checked.derive(this.#now)
  }

  /** How long the run has taken so far, ms. */
  get elapsed(): number {
    return elapsed(this.derive().view, this.#now)
  }
}
