import type { Notice } from '../../notice'

/** A notice that can't be taken back stays for so long, ms. One that can be stays until it is closed or another one comes. */
const STAYS_MS = 8_000

/** The notice that is shown now; it outlasts the way to another page [NOTICE-1.1]. */
export class ShownNotice {
  #now: Notice | null = null
  #said: string | null = null
  #end: ReturnType<typeof setTimeout> | undefined
  #endOfSaid: ReturnType<typeof setTimeout> | undefined
  readonly #listeners = new Set<() => void>()

  get = (): Notice | null => this.#now

  /** What is said aloud and shown elsewhere: it stands beside the notice, not in its place. */
  said = (): string | null => this.#said

  take = (notice: Notice): void => {
    if (notice.isShown) this.#say(notice.text)
    else this.show(notice)
  }

  show = (notice: Notice | null): void => {
    clearTimeout(this.#end)
    this.#now = notice
    if (notice !== null && notice.undo === undefined) this.#end = setTimeout(() => this.show(null), STAYS_MS)
    if (notice === null) this.#tell()
    else this.#say(null)
  }

  /** Takes back what the notice says, and says what became of that. */
  undo = async (notice: Notice): Promise<void> => {
    if (!notice.undo) return
    // At once, so that it is not taken back twice.
    this.show({ text: 'Bringing it back…' })
    // Until there is an answer, however long that takes.
    clearTimeout(this.#end)
    this.show(await notice.undo())
  }

  listen = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #say(text: string | null): void {
    clearTimeout(this.#endOfSaid)
    this.#said = text
    if (text !== null) this.#endOfSaid = setTimeout(() => this.#say(null), STAYS_MS)
    this.#tell()
  }

  #tell(): void {
    for (const listener of this.#listeners) listener()
  }
}

export const shownNotice = new ShownNotice()
if (typeof window !== 'undefined') window.addEventListener('notice', ({ detail }) => shownNotice.take(detail))
