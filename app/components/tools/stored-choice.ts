import { COMPACT_KEY } from '../../density'

/** A choice that is on or off, and that the browser keeps for all pages of the dashboard. */
export class StoredChoice {
  readonly #key: string
  readonly #atFirst: boolean
  readonly #listeners = new Set<() => void>()
  /** Holds the choice for the life of this page if the browser refuses to store it. */
  #unstored: boolean | null = null

  constructor(key: string, atFirst: boolean) {
    this.#key = key
    this.#atFirst = atFirst
  }

  get = (): boolean => {
    if (this.#unstored !== null) return this.#unstored
    try {
      const stored = window.localStorage.getItem(this.#key)
      return stored === null ? this.#atFirst : stored === 'on'
    } catch {
      // Storage is refused, so no choice can be stored.
      return this.#atFirst
    }
  }

  choose = (on: boolean): void => {
    try {
      window.localStorage.setItem(this.#key, on ? 'on' : 'off')
      this.#unstored = null
    } catch {
      this.#unstored = on
    }
    this.#tell()
  }

  /** Calls the listener at every change, by this page or by another tab. */
  listen = (listener: () => void): (() => void) => {
    if (this.#listeners.size === 0) window.addEventListener('storage', this.#tell)
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
      if (this.#listeners.size === 0) window.removeEventListener('storage', this.#tell)
    }
  }

  readonly #tell = (): void => {
    for (const listener of this.#listeners) listener()
  }
}

/** Whether keys without a modifier do anything [PAGE-9.4]. */
export const singleKeys = new StoredChoice('groundtruth-keys', true)
/** Whether the browser tells of alarms while the page is in the background [PAGE-8.6]. */
export const notifications = new StoredChoice('groundtruth-notify', false)
/** Whether the page gives a tone at an alarm [PAGE-8.7]. */
export const sounds = new StoredChoice('groundtruth-sound', false)
/** Whether the lines of logs tell how long after the run's start they came [LOG-6.2]. */
export const stampsSinceStart = new StoredChoice('groundtruth-log-since', false)
/** Whether rows are compact [CHOICE-1.1]. */
export const compactRows = new StoredChoice(COMPACT_KEY, false)
