import { LRUCache } from 'lru-cache'
import type { RunState } from './run-state'

/** Identifies a run. Run ids are unique on one backend only. */
export interface RunKey {
  backend: string
  runId: string
}

/** Keeps finished runs within a bound. It does not hold live runs, so none of them is ever evicted [SYNC-9]. */
export interface RunStore<R = RunState> {
  put(key: RunKey, run: R): Promise<void>
  get(key: RunKey): Promise<R | undefined>
  remove(key: RunKey): Promise<void>
  /** Evicts the run that is first in line. False if there is none. */
  evict(): Promise<boolean>
  /** The listener is called with each run that was evicted. */
  onEvict(listener: (run: R) => void): void
}

const MAX_RUNS = 500
const MAX_BYTES = 256 * 1024 * 1024

/** Keeps the runs in memory. The least recently opened run is evicted first. */
export class MemoryStore<R extends { readonly bytes: number } = RunState> implements RunStore<R> {
  readonly #listeners: ((run: R) => void)[] = []
  readonly #runs: LRUCache<string, R>

  constructor(bounds: { maxRuns?: number; maxBytes?: number } = {}) {
    this.#runs = new LRUCache({
      max: bounds.maxRuns ?? MAX_RUNS,
      maxSize: bounds.maxBytes ?? MAX_BYTES,
      sizeCalculation: run => Math.max(1, run.bytes),
      // A run that is too large for the bound counts as evicted: the listeners are called, so it is not lost silently.
      dispose: (run, _key, reason) => {
        if (reason === 'evict') for (const listener of this.#listeners) listener(run)
      },
    })
  }

  put(key: RunKey, run: R): Promise<void> {
    this.#runs.set(nameOf(key), run)
    if (!this.#runs.has(nameOf(key))) for (const listener of this.#listeners) listener(run)
    return Promise.resolve()
  }

  get(key: RunKey): Promise<R | undefined> {
    return Promise.resolve(this.#runs.get(nameOf(key)))
  }

  remove(key: RunKey): Promise<void> {
    this.#runs.delete(nameOf(key))
    return Promise.resolve()
  }

  evict(): Promise<boolean> {
    return Promise.resolve(this.#runs.pop() !== undefined)
  }

  onEvict(listener: (run: R) => void): void {
    this.#listeners.push(listener)
  }
}

const nameOf = ({ backend, runId }: RunKey) => JSON.stringify([backend, runId])
