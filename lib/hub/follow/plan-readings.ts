import type { BackendHttp } from '../../backend/http'
import type { PlanBatch } from '../../run/observation'

/** A reading that began so long ago is not shared any more, ms. */
const SHARED_FOR = 50

/** The readings of plans that are under way. The runs of a spec read its plan at the same moments, and share each reading. */
export class PlanReadings {
  readonly #underWay = new Map<string, { since: number; plan: Promise<PlanBatch[]> }>()
  readonly #http: Pick<BackendHttp, 'plan'>

  constructor(http: Pick<BackendHttp, 'plan'>) {
    this.#http = http
  }

  /** Begins a reading. Rejects with a `BackendError`. An empty plan is one that can't be read now. */
  async read(spec: string): Promise<PlanBatch[]> {
    const reading = { since: performance.now(), plan: this.#http.plan(spec) }
    this.#underWay.set(spec, reading)
    try {
      return await reading.plan
    } finally {
      if (this.#underWay.get(spec) === reading) this.#underWay.delete(spec)
    }
  }

  /** The reading that has just begun, or else a new one. */
  async shared(spec: string): Promise<PlanBatch[]> {
    const reading = this.#underWay.get(spec)
    return reading && performance.now() - reading.since < SHARED_FOR ? reading.plan : this.read(spec)
  }
}
