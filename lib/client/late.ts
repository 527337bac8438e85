const parts = new Set<LatePart<unknown>>()

/**
 * A part of a page's script that the first paint does not need. It is loaded at once, but beside the first paint. A page connects
 * only once it has all its parts, so a part that can't be loaded is reported and tried again as the connection is [SYNC-8.4].
 */
export class LatePart<T> {
  readonly #load: () => Promise<T>
  #loading: Promise<T> | null = null
  #loaded: T | null = null

  constructor(load: () => Promise<T>) {
    this.#load = load
    parts.add(this)
    this.get().catch(() => undefined)
  }

  /** Null until it is loaded. */
  get loaded(): T | null {
    return this.#loaded
  }

  /** After a failure the next call tries again. */
  get(): Promise<T> {
    this.#loading ??= this.#begin()
    return this.#loading
  }

  async #begin(): Promise<T> {
    try {
      this.#loaded = await this.#load()
      return this.#loaded
    } catch (error) {
      this.#loading = null
      throw error
    }
  }
}

/** Rejects if a part can't be loaded now. */
export const allParts = (): Promise<unknown> => Promise.all(Array.from(parts, part => part.get()))
