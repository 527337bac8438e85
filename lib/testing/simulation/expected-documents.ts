import type { Document } from '../../sync/document'
import { canonical, parseJson } from '../../sync/json'
import { MemoryPublisher } from '../../sync/memory-publisher'
import type { PublisherOptions } from '../../sync/publisher'
import type { Scope } from '../../sync/scope'

/** The maximum age of a state that a page may show as current; ms. */
const REMEMBERED = 20_000

/** The server's states of each scope, and until when it held them: the pages' claims are compared with these only. */
export class ExpectedDocuments {
  readonly #entries = new Map<Scope, { of: Document; until: number }[]>()
  readonly #texts = new WeakMap<object, string>()
  readonly #canonicals = new WeakMap<object, string>()
  readonly #openedAt = new Map<Scope, number>()
  /** When anything last changed. */
  changedAt = 0

  /** Returns whether the state differs from the one before. */
  holds(scope: Scope, document: Document | null, now: number): boolean {
    const before = this.#entries.get(scope) ?? []
    const last = before.at(-1)
    const isOpen = last?.until === Infinity
    if (document && isOpen && this.#isSame(last.of, document)) return false
    this.changedAt = now
    if (document && !isOpen) this.#openedAt.set(scope, now)
    if (isOpen) last.until = now
    const kept = before.filter(({ until }) => until >= now - REMEMBERED)
    if (document) kept.push({ of: document, until: Infinity })
    this.#entries.set(scope, kept)
    return true
  }

  has(scope: Scope): boolean {
    return this.#entries.get(scope)?.at(-1)?.until === Infinity
  }

  /** Since when it has been held without a break, ms. */
  since(scope: Scope): number {
    return this.#openedAt.get(scope) ?? Infinity
  }

  /** The states that are held now. */
  held(): Map<Scope, Document> {
    const open = [...this.#entries].flatMap(([scope, entries]) => {
      const last = entries.at(-1)
      return last?.until === Infinity ? [[scope, last.of] as const] : []
    })
    return new Map(open)
  }

  closeAll(now: number): void {
    for (const scope of this.#entries.keys()) this.holds(scope, null, now)
  }

  knows(scope: Scope, state: Document, now: number, ago: number): boolean {
    const held = this.#entries.get(scope)?.filter(({ until }) => until >= now - ago) ?? []
    return (
      held.some(({ of }) => this.#textOf(of) === this.#textOf(state)) || held.some(({ of }) => this.#isSame(of, state))
    )
  }

  /** Whether both are equal. Their keys are nearly always in the same order, which is quicker to compare. */
  #isSame(a: Document, b: Document): boolean {
    return a === b || this.#textOf(a) === this.#textOf(b) || this.#canonicalOf(a) === this.#canonicalOf(b)
  }

  #textOf(document: Document): string {
    return remembered(this.#texts, document, JSON.stringify)
  }

  #canonicalOf(document: Document): string {
    return remembered(this.#canonicals, document, () => canonical(parseJson(this.#textOf(document))))
  }
}

function remembered(texts: WeakMap<object, string>, document: Document, make: (document: Document) => string): string {
  const known = texts.get(document)
  if (known !== undefined) return known
  const text = make(document)
  texts.set(document, text)
  return text
}

/** The planted faults of a publisher. */
export interface PublisherFault {
  /** Replaces the document that it should hold. */
  source?: (document: Document) => Document
  /** The action that it omits. */
  forgets?: 'close' | 'reset'
}

/** A publisher that reports its every state, from when it begins to serve: before that, a run may be half rebuilt. */
export class ObservedPublisher extends MemoryPublisher {
  readonly #sources = new Map<Scope, () => boolean>()
  #serves = false

  /** Returns whether the state differs from the one before. */
  readonly #holds: (scope: Scope, document: Document | null) => boolean
  readonly #fault: PublisherFault

  constructor(
    options: PublisherOptions,

    holds: (scope: Scope, document: Document | null) => boolean,
    fault: PublisherFault,
  ) {
    super(options)
    this.#holds = holds
    this.#fault = fault
  }

  override open(scope: Scope, source: () => Document): void {
    const document = () => this.#fault.source?.(source()) ?? source()
    const book = () => this.#holds(scope, document())
    this.#sources.set(scope, book)
    if (this.#serves) book()
    super.open(scope, () => {
      const read = document()
      this.#holds(scope, read)
      return read
    })
  }

  override touch(scope: Scope): void {
    if (this.#serves) this.#sources.get(scope)?.()
    super.touch(scope)
  }

  override resetEpoch(scope: Scope): void {
    if (this.#fault.forgets !== 'reset') super.resetEpoch(scope)
  }

  override close(scope: Scope): void {
    if (this.#sources.delete(scope)) this.#holds(scope, null)
    if (this.#fault.forgets !== 'close') super.close(scope)
  }

  serve(): void {
    this.#serves = true
    this.unannounced()
  }

  /** Scopes that have changed without a message to pages: there should be none. */
  unannounced(): Scope[] {
    return [...this.#sources].flatMap(([scope, book]) => (book() ? [scope] : []))
  }
}
