type Listeners = ReadonlySet<() => void>

/**
 * Tells listeners once per frame: what the server pushes between two frames is rendered together [PAGE-3.2]. Only the telling
 * waits. The state itself is up to date at once, so a component that renders for another reason shows it.
 */
export class FrameQueue {
  readonly #waiting = new Set<Listeners>()
  #cancel: (() => void) | null = null

  readonly #nextFrame: (callback: () => void) => () => void

  constructor(nextFrame: (callback: () => void) => () => void) {
    this.#nextFrame = nextFrame
  }

  /** Tells these listeners at the next frame, once, however often they are added until then. */
  add(listeners: Listeners): void {
    this.#waiting.add(listeners)
    if (this.#cancel !== null) return
    const cancel = this.#nextFrame(() => this.flush())
    // The callback may have come before `#nextFrame` returned.
    if (this.#waiting.size > 0) this.#cancel = cancel
  }

  /** Tells these listeners now, and not again at the next frame. */
  tell(listeners: Listeners): void {
    this.#waiting.delete(listeners)
    for (const listener of listeners) listener()
  }

  /** Tells every listener that waits. */
  flush(): void {
    this.#cancel?.()
    this.#cancel = null
    for (const listeners of [...this.#waiting]) this.tell(listeners)
  }
}
