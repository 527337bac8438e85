import { LRUCache } from 'lru-cache'

/** How much text is kept, characters. The results take up to twelve times as many bytes [SAFE-5]. */
const MAX_TEXT = 2 * 1024 * 1024

/**
 * The results of one kind of call. Plans and histories are requested every few seconds and seldom change: a text that is the same
 * as the last one of that path need not be read again. The results are never changed by anyone.
 */
export class AnswerCache<R> {
  readonly #known = new LRUCache<string, { text: string; result: R }>({
    maxSize: MAX_TEXT,
    sizeCalculation: ({ text }) => text.length + 1,
  })

  /** Returns undefined if the last text of that path was another one. */
  get(path: string, text: string): R | undefined {
    const known = this.#known.get(path)
    return known?.text === text ? known.result : undefined
  }

  /** The result of the last text of that path, if it is still kept. */
  last(path: string): R | undefined {
    return this.#known.get(path)?.result
  }

  /** Returns the result. */
  keep(path: string, text: string, result: R): R {
    this.#known.set(path, { text, result })
    return result
  }
}
