import { LRUCache } from 'lru-cache'
import { serverNow } from '../../clock/clock'
import { HubError, type HubMeter, hubRefusals } from '../api'
import { pacemaker, playRecording } from '../recording'
import { PastRun } from './past-run'

/**
 * Bounds: `runs`, `all`: how many pasts are kept, and their memory together, bytes; `one`: the memory of one; `playing`: how long
 * this process may play one, ms; `waiting`: how many may wait to be played; `idle`: how long one is kept unread, ms [PAST-2].
 */
const BOUNDS = {
  ...{ runs: 8, all: 128 * 1024 * 1024, one: 64 * 1024 * 1024 },
  ...{ playing: 20_000, waiting: 16, idle: 60_000 },
}

/** A run that is recorded. */
export interface Recorded {
  readonly runId: string
}

/** The pasts of runs that somebody looks back at. They are read from the recordings, one at a time, and kept for a while. */
export class Pasts<R extends Recorded> {
  readonly #kept: LRUCache<R, PastRun>
  /** The readings under way and those that wait, by run. */
  readonly #readings = new Map<R, Promise<PastRun>>()
  #last: Promise<unknown> = Promise.resolve()

  readonly #file: (run: R) => string | null | undefined
  readonly #meter: Pick<HubMeter, 'refused'>
  readonly #bounds: typeof BOUNDS

  /** @param file the run's recording; null while some of it can't be written, undefined if the run is not recorded */
  constructor(
    file: (run: R) => string | null | undefined,
    meter: Pick<HubMeter, 'refused'>,
    bounds: Partial<typeof BOUNDS> = {},
  ) {
    this.#file = file
    this.#meter = meter
    this.#bounds = { ...BOUNDS, ...bounds }

    const { runs: max, all: maxSize, idle: ttl } = this.#bounds
    const sizeCalculation = ({ bytes }: PastRun) => Math.max(1, bytes)
    this.#kept = new LRUCache({ max, maxSize, ttl, sizeCalculation, ttlAutopurge: true, updateAgeOnGet: true })
  }

  /** What was known of the run up to `moment` (ms, at most now), as far as it is recorded. Rejects with a `HubError`. */
  async of(run: R, moment = serverNow()): Promise<PastRun> {
    let past = this.#kept.get(run)
    // A reading that is under way may have begun before this moment. Then all who wait for a later one share the next.
    while (!past || moment > past.until) past = await (this.#readings.get(run) ?? this.#begin(run))
    return past
  }

  #begin(run: R): Promise<PastRun> {
    if (this.#readings.size >= this.#bounds.waiting) throw this.#beyond(hubRefusals.pastsAtOnce())
    const reading = this.#last.then(() => this.#read(run))
    this.#last = reading.catch(() => undefined)
    this.#readings.set(run, reading)
    const ended = () => {
      if (this.#readings.get(run) === reading) this.#readings.delete(run)
    }
    reading.then(ended, ended)
    return reading
  }

  async #read(run: R): Promise<PastRun> {
    const until = serverNow()
    const path = this.#file(run)
    if (path === undefined) throw hubRefusals.notRecorded(run.runId)
    if (path === null) throw hubRefusals.pastUnwritten()
    const past = new PastRun(until)
    const { one, playing } = this.#bounds
    const check = (worked: number) => {
      if (worked > playing || past.bytes > one) throw this.#beyond(hubRefusals.pastTooLong())
    }
    try {
      await playRecording(path, past, { pause: pacemaker(check), clock: 'own' })
      check(0)
    } catch (error) {
      throw error instanceof HubError ? error : hubRefusals.pastUnreadable(error)
    }
    this.#kept.set(run, past)
    return past
  }

  /** Counts a refusal that is due to a bound. */
  #beyond(refusal: HubError): HubError {
    this.#meter.refused('pasts')
    return refusal
  }
}
