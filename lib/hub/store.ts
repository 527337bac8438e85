import { LRUCache } from 'lru-cache'
import type { Batch, RunFields } from '../run/model'
import type { LogBuffer } from './log-buffer'

/** A run that is over and no longer followed: nothing of it changes any more. */
export interface FinishedRun {
  readonly runId: string
  /** When it came to the hub, ms. */
  readonly since: number
  readonly fields: RunFields
  readonly batches: readonly Batch[]
  readonly log: LogBuffer
}

/** Run ids are unique on one backend only, so a run is known by both. */
export interface RunKey {
  backend: string
  runId: string
}

/** Keeps finished runs within a bound. Live runs are not its business, so none is ever evicted [SYNC-9]. */
export interface RunStore {
  put(key: RunKey, run: FinishedRun): Promise<void>
  get(key: RunKey): Promise<FinishedRun | undefined>
  /** Called with each run that had to go to make room. */
  onEvict(listener: (run: FinishedRun) => void): void
}

const MAX_RUNS = 500
const MAX_BYTES = 256 * 1024 * 1024
const BASE_COST = 4_096

/** In memory, the least recently opened run goes first. */
export class MemoryStore implements RunStore {
  private readonly listeners: ((run: FinishedRun) => void)[] = []
  private readonly runs: LRUCache<string, FinishedRun>

  constructor(bounds: { maxRuns?: number; maxBytes?: number } = {}) {
    this.runs = new LRUCache({
      max: bounds.maxRuns ?? MAX_RUNS,
      maxSize: bounds.maxBytes ?? MAX_BYTES,
      sizeCalculation: run => BASE_COST + run.batches.length * 1_024 + run.log.bytes,
      // A run too large for the bound is as good as evicted: it is told, not lost silently.
      dispose: (run, _key, reason) => {
        if (reason === 'evict') for (const listener of this.listeners) listener(run)
      },
    })
  }

  put(key: RunKey, run: FinishedRun): Promise<void> {
    this.runs.set(nameOf(key), run)
    if (!this.runs.has(nameOf(key))) for (const listener of this.listeners) listener(run)
    return Promise.resolve()
  }

  get(key: RunKey): Promise<FinishedRun | undefined> {
    return Promise.resolve(this.runs.get(nameOf(key)))
  }

  onEvict(listener: (run: FinishedRun) => void): void {
    this.listeners.push(listener)
  }
}

const nameOf = ({ backend, runId }: RunKey) => JSON.stringify([backend, runId])
