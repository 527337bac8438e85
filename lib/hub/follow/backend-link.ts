import type { BackendHttp } from '../../backend/http'
import type { LinkState } from '../../run/model'
import { Health } from './health'
import { LinkWatch } from './link-watch'

/** What is told of the way to the backend. */
export interface BackendLinkListener {
  /** `failure`: why not, where that is known. */
  changed(link: LinkState, failure: string | null): void
  /** The backend was asked how it is, and has answered or not. */
  asked(): void
  failed(error: unknown): void
}

/** The way to the backend as such, whatever becomes of single streams [RUN-9]. */
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

  get link(): LinkState {
    return this.#watch.link
  }

  /** Since when it is live, or no longer is; ms. */
  get since(): number {
    return this.#watch.since
  }

  /** Begins to ask. */
  start(listener: BackendLinkListener): void {
    this.#listener = listener
    this.health.start()
  }

  close(): void {
    this.health.stop()
    this.#watch.close()
  }

  #look(failure: string | null): void {
    const { healthyAt, refusedAt, since } = this.health
    const changed = this.#watch.look({ healthyAt, refusedAt, since, streamLostAt: null })
    if (changed) this.#listener?.changed(this.#watch.link, failure)
  }
}
