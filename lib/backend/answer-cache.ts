import { LRUCache } from 'lru-cache'

/** How much text is kept, characters. */
const MAX_TEXT = 8 * 1024 * 1024

/**
 * What the answers to one kind of call held. Plans and histories are requested every few seconds and seldom change: a text that
 * is the same as the last one of that path is not read again, and gives the same object.
 */
export class AnswerCache<R> {
  readonly #known = new LRUCache<string, { text: string; result: R }>({
    maxSize: MAX_TEXT,
    sizeCalculation: ({ text }) => text.length + 1,
  })

  /** @param read reads the text; the result is never changed by anyone */
  async read(path: string, text: string, read: (text: string) => R | Promise<R>): Promise<R> {
    const known = this.#known.get(path)
    if (known?.text === text) return known.result
    const result = await read(text)
    this.#known.set(path, { text, result })
    return result
  }
}
