import { Replica, type Ask, type Stamp, type Sync, type View } from '../sync/replica'
import type { Scope } from '../sync/scope'
import type { ScopeCodec } from './scope-codecs'

/**
 * A scope as a page shows it. `read`: `state` came from the server; else nothing is known yet, and `state` is the empty one.
 * `checkedAt`: when the server certainly held this state, by the server's clock, ms. `gone`: the scope no longer exists [SYNC-9].
 */
export type Live<T> = { state: T; read: boolean; sync: Sync; checkedAt: number | null; gone: boolean }

/** The state that the page was rendered with: `seed` as the server held it, `shown` as the page shows it [SYNC-8]. */
export interface Rendered<S, T> {
  shown: T
  seed?: { state: S; stamp: Stamp }
}

/** The inputs of a replica of any kind. */
export type Inputs = Pick<Replica<unknown>, 'connected' | 'disconnected' | 'hear' | 'answered' | 'look' | 'clockSet'>

/** A replica and its listeners. `live` is another object only if it has changed. */
export class ScopeSubscription<S, T> {
  readonly listeners = new Set<() => void>()
  readonly #replica: Replica<S>
  #seen: View<S>
  #shown: Live<T>

  readonly #codec: ScopeCodec<S, T>

  constructor(
    readonly scope: Scope,
    codec: ScopeCodec<S, T>,
    now: number,
    rendered: Rendered<S, T>,
  ) {
    this.#codec = codec

    this.#replica = new Replica(scope, codec.state, now, rendered.seed)
    this.#seen = this.#replica.view
    this.#shown = liveOf(this.#seen, rendered.shown)
  }

  get live(): Live<T> {
    return this.#shown
  }

  deadline(): number | null {
    return this.#replica.deadline()
  }

  /** Passes an input to the replica, and returns the replica's question. Throws if the data is of another build. */
  feed(input: (replica: Inputs) => Ask | null): Ask | null {
    const ask = input(this.#replica)
    const { view } = this.#replica
    if (view === this.#seen) return ask
    const { stamp, state } = view
    const isSame = stamp === null || stamp === this.#seen.stamp
    this.#shown = liveOf(view, isSame ? this.#shown.state : this.#codec.present(state, stamp))
    this.#seen = view
    return ask
  }
}

/** A subscription to a scope of any kind. */
export type AnySubscription = Pick<
  ScopeSubscription<unknown, unknown>,
  'scope' | 'listeners' | 'live' | 'deadline' | 'feed'
>

const liveOf = <T>({ stamp, sync, checkedAt, gone }: View<unknown>, state: T): Live<T> => ({
  ...{ state, sync, checkedAt, gone },
  read: stamp !== null,
})
