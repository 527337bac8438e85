import { LRUCache } from 'lru-cache'
import { parse } from 'yaml'
import type { z } from 'zod'
import { parseInThread, type YamlOptions } from './yaml-thread'

/** No file of a spec has a longer text, characters. */
const LONGEST_YAML = 1024 * 1024
/** A text of this length takes about 50 ms to read; a longer one is read in a thread of its own, characters. */
const SHORT_YAML = 64 * 1024

// The orchestrator reads an id or a name as it is spelled: `001` is no number, and `1.10` is not `1.1`.
// The check for repeated keys compares each key with all others, and a plan does not need that.
const READS: YamlOptions = {
  ...{ schema: 'failsafe', customTags: ['null'], uniqueKeys: false, maxAliasCount: 100, logLevel: 'error' },
}

/** Reads the texts of one kind of YAML file. A cache of a pure function: a file is read often and seldom changes. */
export class YamlTexts<T> {
  readonly #readBefore = new LRUCache<string, { file: T | null }>({
    maxSize: 4 * LONGEST_YAML,
    sizeCalculation: (_, text) => text.length,
  })
  readonly #schema: z.ZodType<T>

  constructor(schema: z.ZodType<T>) {
    this.#schema = schema
  }

  /**
   * Reads a long text in a thread, so that nothing else waits [SAFE-5.55].
   * @returns false if too many other texts wait: then it is not read
   */
  async readAhead(text: string | null): Promise<boolean> {
    const isNeeded = text !== null && text.length > SHORT_YAML && text.length <= LONGEST_YAML
    if (!isNeeded || this.#readBefore.has(text)) return true
    const file = await parseInThread(text, READS)
    if (file === undefined) return false
    this.#learn(text, file)
    return true
  }

  /** The file that the text holds; null if it holds none. A long text is read only if `readAhead` has read it before. */
  read(text: string | null): T | null {
    if (text === null || text === '') return null
    const known = this.#readBefore.get(text)
    if (known || text.length > SHORT_YAML) return known?.file ?? null
    try {
      return this.#learn(text, parse(text, READS))
    } catch {
      // A file that was read while it was written is read again a moment later.
      return this.#learn(text, null)
    }
  }

  #learn(text: string, content: unknown): T | null {
    const parsed = this.#schema.safeParse(content)
    const file = parsed.success ? parsed.data : null
    this.#readBefore.set(text, { file })
    return file
  }
}
