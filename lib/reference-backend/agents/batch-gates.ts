import { once } from 'node:events'

/** Batches that wait until a test releases them. */
export class BatchGates {
  readonly #held = new Map<string, AbortController>()

  has(batchId: string): boolean {
    return this.#held.has(batchId)
  }

  hold(batchId: string): void {
    if (!this.has(batchId)) this.#held.set(batchId, new AbortController())
  }

  release(batchId: string): void {
    this.#held.get(batchId)?.abort()
    this.#held.delete(batchId)
  }

  /** Settles as soon as the batch is not held; rejects once `signal` aborts. */
  async released(batchId: string, signal: AbortSignal): Promise<void> {
    const held = this.#held.get(batchId)
    if (held !== undefined) await once(held.signal, 'abort', { signal })
  }
}
