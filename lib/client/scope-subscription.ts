import { Replica, type Ask, type Stamp, type Sync, type View } from '../sync/replica'
import type { Scope } from '../sync/scope'
import type { ScopeCodec } from './scope-codecs'

/**
 * What a page shows of a scope. `read`: the server has told `state`; else it is a place-holder that looks empty and is
 * not. `checkedAt`: when the server held this state for certain, server's clock, ms. `gone`:
 * the scope is no more [SYNC-9].
 */
export type Live<T> = { state: T; read: boolean; sync: Sync; checkedAt: number | null; gone: boolean }

/** What the page was rendered with: as the server held it, and as the page shows it [SYNC-8]. */
export interface Rendered<S, T> {
  shown: T
  seed?: { state: S; stamp: Stamp }
}

/** What can be given to a replica, whatever it holds. */
export type Inputs = Pick<Replica<unknown>, 'connected' | 'disconnected' | 'hear' | 'answered' | 'look' | 'clockSet'>

/** A replica with those who look at it. What they see is another object only when it has changed. */
export class ScopeSubscription<S, T> {
  readonly listeners = new Set<() => void>()
  readonly #replica: Replica<S>
  #seen: View<S>
  #shown: Live<T>

  readonly #kind: ScopeCodec<S, T>

  constructor(
    readonly scope: Scope,
    kind: ScopeCodec<S, T>,
    now: number,
    rendered: Rendered<S, T>,
  ) {
    this.#kind = kind

    this.#replica = new Replica(scope, kind.state, now, rendered.seed)
    this.#seen = this.#replica.view
    this.#shown = liveOf(this.#seen, rendered.shown)
  }

  get live(): Live<T> {
    return this.#shown
  }

  deadline(): number | null {
    return this.#replica.deadline()
  }

  /** Gives the replica an input, and returns its question. Throws where what came is another build's. */
  feed(input: (replica: Inputs) => Ask | null): Ask | null {
    const ask = input(this.#replica)
    const { view } = this.#replica
    if (view === this.#seen) return ask
    const { stamp, state } = view
    const isSame = stamp === null || stamp === this.#seen.stamp
    this.#shown = liveOf(view, isSame ? this.#shown.state : this.#kind.present(state, stamp))
    this.#seen = view
    return ask
  }
}

/** A follower whatever it follows. */
export type AnyFollower = Pick<
  ScopeSubscription<unknown, unknown>,
  'scope' | 'listeners' | 'live' | 'deadline' | 'feed'
>

const liveOf = <T>({ stamp, sync, checkedAt, gone }: View<unknown>, state: T): Live<T> => ({
  ...{ state, sync, checkedAt, gone },
  read: stamp !== null,
})
