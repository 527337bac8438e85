import { serverNow } from '../../clock/clock'
import { linkOf, type LinkFacts } from '../../run/link'
import { changedLink, type BackendState } from '../../run/links'

/** Watches how fresh the backend is [RUN-9]. */
export class LinkWatch {
  /** The object is replaced, never changed. */
  state: BackendState = { link: 'stale', since: serverNow() }
  readonly #due: () => void
  #timer: NodeJS.Timeout | null = null

  /** @param due called when the passing of time alone may have changed the link: call `look` again */
  constructor(due: () => void) {
    this.#due = due
  }

  /** Derives the link from the facts as of now. Returns whether it has changed. */
  look(facts: LinkFacts): boolean {
    const now = serverNow()
    const { link, deadline } = linkOf(facts, now)
    this.close()
    if (deadline !== null) this.#timer = setTimeout(this.#due, Math.max(0, deadline - now) + 1)
    if (link === this.state.link) return false
    this.state = changedLink(this.state, link, now)
    return true
  }

  /** Stops the timer. `look` arms it again. */
  close(): void {
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
  }
}
