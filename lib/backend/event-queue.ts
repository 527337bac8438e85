export interface Consumer<Event> {
  take(event: Event): void
  /** More waits than may: the source should be paused. Called again for each event that comes nevertheless. */
  filled(): void
  /** So little waits that a paused source may go on. */
  drained(): void
}

/** How much may wait, bytes; the rest waits at the backend [SAFE-5]. */
const HIGH = 16 * 1024 * 1024
const LOW = 4 * 1024 * 1024
/** The memory of an event in addition to its text, bytes. */
const EVENT_COST = 512
/** The time that one run's events may take at a time, ms. */
const SLICE = 8

/**
 * Hands over events in their order, never from within `push`, and in slices of a few ms, so that a burst of one run does not
 * delay the others.
 */
export class EventQueue<Event> {
  readonly #waiting: { event: Event; bytes: number }[] = []
  #bytes = 0
  #isDraining = false

  readonly #consumer: Consumer<Event>

  constructor(consumer: Consumer<Event>) {
    this.#consumer = consumer
  }

  /** The approximate memory of the waiting events, bytes. */
  get bytes(): number {
    return this.#bytes
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0
  }

  /** @param size of the event's text, bytes */
  push(event: Event, size = 0): void {
    const bytes = size + EVENT_COST
    this.#waiting.push({ event, bytes })
    this.#bytes += bytes
    if (this.#bytes > HIGH) this.#consumer.filled()
    if (!this.#isDraining) this.#drainLater()
  }

  clear(): void {
    this.#waiting.length = this.#bytes = 0
  }

  #drainLater(): void {
    this.#isDraining = true
    setImmediate(() => this.#drain())
  }

  #drain(): void {
    const until = performance.now() + SLICE
    let taken = 0
    // The consumer may clear the queue.
    for (let next; performance.now() < until && (next = this.#waiting[taken]);) {
      taken += 1
      this.#bytes -= next.bytes
      this.#consumer.take(next.event)
    }
    this.#waiting.splice(0, taken)
    if (this.#bytes < LOW) this.#consumer.drained()
    if (this.isEmpty) this.#isDraining = false
    else this.#drainLater()
  }
}
