import type { BackendHttp } from '../../backend/http'
import type { BackendState } from '../../run/links'
import type { LinkState } from '../../run/model'
import { Health } from './health'
import { LinkWatch } from './link-watch'

/** Receives the reports of the link to the backend. */
export interface BackendLinkListener {
  /** `failure`: why the backend is not live, if that is known. */
  changed(link: LinkState, failure: string | null): void
  /** The backend's health was requested, and it has answered or not. */
  asked(): void
  failed(error: unknown): void
}

/** The link to the backend as a whole, independent of the streams of single runs [RUN-9]. */
export class BackendLink {
  readonly health: Health
  readonly #watch = new LinkWatch(() => this.#look('no answer in time'))
  #listener: BackendLinkListener | null = null

  constructor(http: BackendHttp) {
    this.health = new Health(
      http,
      failure => {
        this.#look(failure)
        this.#listener?.asked()
      },
      error => this.#listener?.failed(error),
    )
  }

  get state(): BackendState {
    return this.#watch.state
  }

  /** Starts to request the backend's health. */
  start(listener: BackendLinkListener): void {
    this.#listener = listener
    this.health.start()
  }

  /** Requests the backend's health at once. Resolves once it is answered, or has failed. */
  askNow(): Promise<void> {
    return this.health.now()
  }

  close(): void {
    this.health.stop()
    this.#watch.close()
  }

  #look(failure: string | null): void {
    const { healthyAt, refusedAt, since } = this.health
    const changed = this.#watch.look({ healthyAt, refusedAt, since, streamLostAt: null })
    if (changed) this.#listener?.changed(this.#watch.state.link, failure)
  }
}
