import { BackendError, type BackendHttp } from '../../backend/http'
import { serverNow } from '../../clock/clock'
import { AskedNow } from '../../clock/asked-now'
import { ASK_AFTER } from '../../run/link'

/** Requests the backend's health every few seconds, and keeps the results [RUN-9]. */
export class Health {
  readonly since = serverNow()
  healthyAt: number | null = null
  refusedAt: number | null = null
  #timer: NodeJS.Timeout | null = null
  readonly #asked = new AskedNow(() => this.#ask())
  #stopped = false

  readonly #backend: Pick<BackendHttp, 'health'>
  readonly #changed: (failure: string | null) => void
  readonly #failed: (error: unknown) => void

  /**
   * @param changed called after every request, answered or not
   * @param failed called with an error of our own; the next request is sent as usual
   */
  constructor(
    backend: Pick<BackendHttp, 'health'>,
    changed: (failure: string | null) => void,
    failed: (error: unknown) => void,
  ) {
    this.#backend = backend
    this.#changed = changed
    this.#failed = failed
  }

  start(): void {
    void this.#asked.ask()
  }

  /** Requests it at once [ASK-1.2]. Resolves once that is answered, or has failed. */
  async now(): Promise<void> {
    if (!this.#stopped) await this.#asked.now()
  }

  stop(): void {
    this.#stopped = true
    if (this.#timer) clearTimeout(this.#timer)
  }

  async #ask(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer)
    try {
      await this.#askOnce()
    } catch (error) {
      this.#failed(error)
    }
    if (!this.#stopped) this.#timer = setTimeout(() => void this.#asked.ask(), ASK_AFTER)
  }

  async #askOnce(): Promise<void> {
    let failure: string | null = null
    try {
      await this.#backend.health()
      this.healthyAt = serverNow()
      this.refusedAt = null
    } catch (error) {
      if (!(error instanceof BackendError)) throw error
      failure = error.message
      if (error.kind === 'unreachable') this.refusedAt ??= serverNow()
    }
    if (!this.#stopped) this.#changed(failure)
  }
}
