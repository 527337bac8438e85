import { serverNow } from '../clock/clock'
import { linkOf, type LinkFacts } from '../run/link'
import type { LinkState } from '../run/model'
import { DockerError } from './docker-error'

const PING_EVERY = 3_000

export interface EngineLinkListener {
  /** `link` or `error` is another. */
  changed(): void
  /** The daemon answers again after it did not. */
  answers(): void
  /** An error of our own; the next ping is sent all the same. */
  failed(error: unknown): void
}

/**
 * How fresh Docker's evidence is [DOCK-3]: the daemon answered a ping within 10 s, and the events are followed. Before
 * the first complete list it is never live.
 */
export class EngineLink {
  link: LinkState = 'stale'
  /** When it became live, or stopped being so; ms by our clock. */
  since = serverNow()
  /** Why it is not live, in a sentence, as far as that is known. */
  error: string | null = null
  readonly #facts: LinkFacts = { healthyAt: null, refusedAt: null, streamLostAt: serverNow(), since: serverNow() }
  #merged = false
  #pingError: string | null = null
  #eventsError: string | null = null
  #pinging: NodeJS.Timeout | undefined
  #deadline: NodeJS.Timeout | undefined
  #closed = false

  readonly #sendPing: () => Promise<void>
  readonly #listener: EngineLinkListener

  constructor(sendPing: () => Promise<void>, listener: EngineLinkListener) {
    this.#sendPing = sendPing
    this.#listener = listener
  }

  start(): void {
    void this.#ping()
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#pinging)
    clearTimeout(this.#deadline)
  }

  /** The events are followed, and all that happened before is known. */
  merged(): void {
    this.#merged = true
    this.#facts.streamLostAt = null
    this.#eventsError = null
    this.#answered()
    this.#look()
  }

  /** The events are no longer followed, because of `error`. */
  lost(error: DockerError): void {
    this.#facts.streamLostAt ??= serverNow()
    this.#eventsError = error.message
    this.#refused(error)
    this.#look()
  }

  async #ping(): Promise<void> {
    try {
      await this.#sendPing()
      const wasSilent = this.#pingError !== null
      this.#answered()
      if (wasSilent && !this.#closed) this.#listener.answers()
    } catch (error) {
      if (error instanceof DockerError) {
        this.#pingError = error.message
        this.#refused(error)
      } else this.#listener.failed(error)
    }
    this.#look()
    if (!this.#closed) this.#pinging = setTimeout(() => void this.#ping(), PING_EVERY)
  }

  #answered(): void {
    if (this.#merged) this.#facts.healthyAt = serverNow()
    this.#facts.refusedAt = null
    this.#pingError = null
  }

  #refused(error: DockerError): void {
    if (error.refused) this.#facts.refusedAt ??= serverNow()
  }

  #look(): void {
    if (this.#closed) return
    const now = serverNow()
    const { link, deadline } = linkOf(this.#facts, now)
    const error = link === 'live' ? null : (this.#pingError ?? this.#eventsError)
    clearTimeout(this.#deadline)
    if (deadline !== null) this.#deadline = setTimeout(() => this.#look(), deadline - now)
    if (link === this.link && error === this.error) return
    // From stale to down nothing begins: what was seen is as old as it was.
    if (link !== this.link && (link === 'live' || this.link === 'live')) this.since = now
    this.link = link
    this.error = error
    this.#listener.changed()
  }
}
