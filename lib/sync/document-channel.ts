import type { Channel } from './channel'
import { digest } from './digest'
import { apply, diff, isLasting, type Document, type Item } from './document'
import { diffOfDocument, document } from './state-schemas'
import { parseJson } from './json'
import type { Step } from './messages'

/** How many steps of a scope are kept to prove a resume, and their total length, in characters. */
export const HISTORY_STEPS = 128
export const HISTORY_LENGTH = 256 * 1024

/**
 * The versions of a document. The published document is parsed from the same text that pages receive. So both hold the same, and a
 * later change of the source's objects can't change it.
 */
export class DocumentChannel implements Channel {
  version = 1
  #published: Document
  /** The items that the source gave last. */
  #given: readonly Item[]
  #history: Step[] = []
  #historyLength = 0
  #encoded: string | null = null
  #digested: number | null = null

  readonly #source: () => Document

  constructor(source: () => Document) {
    this.#source = source

    const given = source()
    this.#given = given.items
    this.#published = document.parse(parseJson(JSON.stringify(given)))
  }

  get document(): Document {
    return this.#published
  }

  advance(): Step | null {
    const given = this.#source()
    const change = diff(this.#published, this.#asPublished(given))
    this.#given = given.items
    if (!change) return null
    const text = JSON.stringify(change)
    this.#published = apply(this.#published, diffOfDocument.parse(parseJson(text)))
    this.#encoded = null
    this.#digested = null
    const step = { from: this.version, to: this.version + 1, diff: text }
    this.version = step.to
    this.#remember(step)
    return step
  }

  state(): string {
    return (this.#encoded ??= JSON.stringify(this.#published))
  }

  since(version: number): Step[] | null {
    if (version === this.version) return []
    const index = this.#history.findIndex(step => step.from === version)
    return index < 0 ? null : this.#history.slice(index)
  }

  digest(): number {
    return (this.#digested ??= digest(this.#published))
  }

  rest(): void {
    this.#encoded = null
    this.#history = []
    this.#historyLength = 0
  }

  /** The document, with the published object of each item that was published and certainly has not changed since. */
  #asPublished({ fields, items }: Document): Document {
    const [before, published] = [this.#given, this.#published.items]
    // An item is published at its place in the given list, unless that repeats an id.
    const areKnown = isLasting(items) && isLasting(before) && before.length === published.length
    if (!areKnown) return { fields, items }
    if (items === before) return { fields, items: published }
    return { fields, items: items.map((item, n) => (item === before[n] ? (published[n] ?? item) : item)) }
  }

  #remember(step: Step): void {
    this.#history.push(step)
    this.#historyLength += step.diff.length
    while (this.#history.length > HISTORY_STEPS || this.#historyLength > HISTORY_LENGTH) {
      this.#historyLength -= this.#history.shift()?.diff.length ?? 0
    }
  }
}
