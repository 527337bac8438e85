import { AskedNow } from '../../clock/asked-now'
import { serverNow } from '../../clock/clock'
import { ASK_AFTER, linkOf, type LinkFacts } from '../../run/link'
import { changedLink, type BackendState } from '../../run/links'
import { DockerError } from './docker-error'

export interface EngineLinkListener {
  /** `link` or `error` has changed. */
  changed(): void
  /** The daemon answers again after it did not. */
  answers(): void
  /** An error of our own. The next ping is sent as usual. */
  failed(error: unknown): void
}

/**
 * How fresh the evidence of Docker is [DOCK-3]: live if the daemon answered a ping within 10 s, and its events are
 * followed. It is never live before the first complete list.
 */
export class EngineLink {
  /** The object is replaced, never changed. */
  state: BackendState = { link: 'stale', since: serverNow() }
  /** A sentence that says why the link is not live, if that is known. */
  error: string | null = null
  readonly #facts: LinkFacts = { healthyAt: null, refusedAt: null, streamLostAt: serverNow(), since: serverNow() }
  #merged = false
  #pingError: string | null = null
  #eventsError: string | null = null
  #pinging: NodeJS.Timeout | undefined
  #deadline: NodeJS.Timeout | undefined
  #closed = false
  readonly #asked = new AskedNow(() => this.#ping())

  readonly #sendPing: () => Promise<void>
  readonly #listener: EngineLinkListener

  constructor(sendPing: () => Promise<void>, listener: EngineLinkListener) {
    this.#sendPing = sendPing
    this.#listener = listener
  }

  start(): void {
    void this.#asked.ask()
  }

  /** Sends a ping at once [ASK-1.2]. Resolves once it is answered, or has failed. */
  async now(): Promise<void> {
    if (!this.#closed) await this.#asked.now()
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#pinging)
    clearTimeout(this.#deadline)
  }

  /** The events are followed, and everything before them is known. */
  caughtUp(): void {
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
    clearTimeout(this.#pinging)
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
    if (!this.#closed) this.#pinging = setTimeout(() => void this.#asked.ask(), ASK_AFTER)
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
    if (link === this.state.link && error === this.error) return
    if (link !== this.state.link) this.state = changedLink(this.state, link, now)
    this.error = error
    this.#listener.changed()
  }
}
