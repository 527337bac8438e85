import { LRUCache } from 'lru-cache'
import type { RunState } from './run-state'

/** Run ids are unique on one backend only, so a run is known by both. */
export interface RunKey {
  backend: string
  runId: string
}

/** Keeps finished runs within a bound. Live runs are not its business, so none is ever evicted [SYNC-9]. */
export interface RunStore<R = RunState> {
  put(key: RunKey, run: R): Promise<void>
  get(key: RunKey): Promise<R | undefined>
  remove(key: RunKey): Promise<void>
  /** The run that is the first to go has to; false where there is none. */
  evict(): Promise<boolean>
  /** Called with each run that had to go to make room. */
  onEvict(listener: (run: R) => void): void
}

const MAX_RUNS = 500
const MAX_BYTES = 256 * 1024 * 1024

/** In memory, the least recently opened run goes first. */
export class MemoryStore<R extends { readonly bytes: number } = RunState> implements RunStore<R> {
  readonly #listeners: ((run: R) => void)[] = []
  readonly #runs: LRUCache<string, R>

  constructor(bounds: { maxRuns?: number; maxBytes?: number } = {}) {
    this.#runs = new LRUCache({
      max: bounds.maxRuns ?? MAX_RUNS,
      maxSize: bounds.maxBytes ?? MAX_BYTES,
      sizeCalculation: run => Math.max(1, run.bytes),
      // A run too large for the bound is as good as evicted: it is told, not lost silently.
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
