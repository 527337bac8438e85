import { serverNow } from '../../clock/clock'
import type { RunState } from '../runs'
import type { FollowSession } from './follow-session'

/** How long a backend may take to answer that it does not know a run, ms. */
const UNHEARD_FOR = 30_000
/** A busy backend may carry out a start that it did not answer for this long, ms. */
const MAY_BEGIN_FOR = 5 * 60_000

/** The part of the lifecycle that is needed here. */
export interface UnheardStartsHost {
  isFollowed(state: RunState): boolean
  discard(state: RunState): Promise<void>
  failed(state: RunState, error: unknown): void
}

/** Removes the runs whose start the backend has perhaps never received, once it has said for long enough that it does not know them. */
export class UnheardStarts {
  readonly #host: UnheardStartsHost

  constructor(host: UnheardStartsHost) {
    this.#host = host
  }

  /**
   * Forgets a run with an unanswered start, once the backend has said for 5 min that it does not know the run [RUN-2.13].
   * While the backend is away, it says nothing, and the run is kept.
   */
  discardUnlessBegun(state: RunState): void {
    const look = () => {
      const since = state.unknownSince
      if (!this.#host.isFollowed(state) || state.wasHeardOf) return
      if (since === null || serverNow() - since < MAY_BEGIN_FOR) setTimeout(look, UNHEARD_FOR).unref()
      else this.#discard(state)
    }
    setTimeout(look, UNHEARD_FOR).unref()
  }

  /**
   * The process before this one ended before it knew whether the backend received the start. If the backend does not know the run,
   * it did not.
   */
  async discardUnheard(session: FollowSession): Promise<void> {
    const { state } = session
    await session.readyWithin(UNHEARD_FOR)
    if (state.neverExisted && this.#host.isFollowed(state)) this.#discard(state)
  }

  #discard(state: RunState): void {
    this.#host.discard(state).catch((error: unknown) => this.#host.failed(state, error))
  }
}
