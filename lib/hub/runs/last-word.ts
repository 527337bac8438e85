/** How much of a line is kept, characters. */
const LONGEST = 300
/** Of lines that follow each other faster, the pages are told the first one at once and the last one this much later, ms. */
const TELL_EVERY = 1_000

/** The beginning of the last line of a run that has a text: what the pages know of it, and what they are told next [FLEET-3.6]. */
export class LastWord {
  #told = ''
  #last = ''
  #telling: NodeJS.Timeout | null = null

  readonly #changed: () => void

  /** @param changed is called when the pages have to be told */
  constructor(changed: () => void) {
    this.#changed = changed
  }

  /** As the pages know it; empty if there is none. */
  get told(): string {
    return this.#told
  }

  note(text: string): void {
    this.#last = beginningOf(text) ?? this.#last
  }

  /** Another execution has begun [RUN-14]. */
  forget(): void {
    this.#told = this.#last = ''
  }

  /** The pages are told now. */
  tell(): void {
    this.#told = this.#last
  }

  /** The pages were told something just now: they are told this line later, with all that come until then. */
  tellLater(): void {
    if (this.#told === this.#last) return
    this.#telling ??= setTimeout(() => {
      this.#telling = null
      if (this.#told === this.#last) return
      this.tell()
      this.#changed()
    }, TELL_EVERY)
  }

  close(): void {
    if (this.#telling) clearTimeout(this.#telling)
  }
}

/** Null of an empty line, by which the backend tells a state. */
function beginningOf(text: string): string | null {
  const trimmed = text.trim()
  if (trimmed === '') return null
  return trimmed.length <= LONGEST ? trimmed : `${trimmed.slice(0, LONGEST).toWellFormed()}…`
}
