import type { Visitor } from '../sync/messages'
import type { Ask } from '../sync/replica'
import type { Scope } from '../sync/scope'
import { PageClockWatch, ServerClock } from './clock'
import type { Connection, OpenConnection } from './connection'
import { FrameQueue } from './frame-queue'
import { ScopeSubscription, type AnySubscription, type Inputs, type Live, type Rendered } from './scope-subscription'
import type { Codecs, ScopeCodec } from './scope-codecs'
import { syncOf, type PageSync } from './page-sync'
import { Ticker } from './ticker'
import type { Transport } from './transport-choice'
import type { Trouble } from './trouble'

/** The parts of the browser that a page uses. */
export interface Environment {
  openConnection: OpenConnection
  codecs: Codecs
  /** The page's clock, ms since 1970, which people can set and sleep can move. */
  wall: () => number
  /** Ms since the page was loaded, by a monotonic clock. */
  steady: () => number
  /** Calls back once after this many ms; returns a function that cancels it. */
  setTimer: (ms: number, callback: () => void) => () => void
  /** Calls back once before the page is painted next, or soon if it is not painted; returns a function that cancels it. */
  nextFrame: (callback: () => void) => () => void
  /** Calls back whenever the page may have slept, before it paints; returns a function that ends the calls. */
  onWake: (callback: () => void) => () => void
  /** Reloads the page. */
  reload: () => void
}

type When = 'now' | 'at the next frame'

/** The subscriptions of one kind. All listeners of a scope share one replica. */
export interface ScopeCollection<S, T> {
  readonly codec: ScopeCodec<S, T>
  readonly subscriptions: Map<Scope, ScopeSubscription<S, T>>
}
const scopeCollection = <S, T>(codec: ScopeCodec<S, T>): ScopeCollection<S, T> => ({
  codec,
  subscriptions: new Map(),
})

type CollectionOf<K extends keyof Codecs> =
  Codecs[K] extends ScopeCodec<infer S, infer T> ? ScopeCollection<S, T> : never

/** How long a question may stay unanswered before the connection is given up, ms; the time doubles after each failure. */
const PATIENCE_MS = 4_000
const MAX_PATIENCE_MS = 32_000
/** How often the clock is checked at least, ms: a timer may stand still while the machine sleeps. */
const LOOK_MS = 1_000
/** How old a page must be before it reloads itself, ms, unless its visitor was signed out after it had a connection. */
const MIN_AGE_MS = 60_000

/**
 * The live state of a page: one connection, a replica of each scope that the page shows, and the server's clock. It depends on
 * neither React nor the browser.
 */
export class LiveStore {
  readonly runs: CollectionOf<'runs'>
  readonly fleets: CollectionOf<'fleets'>
  readonly containers: CollectionOf<'containers'>
  readonly logs: CollectionOf<'logs'>
  readonly #collections
  #connection: Connection | null = null
  #isUp = false
  #wasUp = false
  #patience = PATIENCE_MS
  #cancelLook: (() => void) | null = null
  #cancelReload: (() => void) | null = null
  readonly #clock = new ServerClock()
  readonly #watch: PageClockWatch
  readonly #tickers = new Map<number, Ticker>()
  readonly #syncListeners = new Set<() => void>()
  #isRestarting = false
  #toldRole: Visitor['role'] | null = null
  #carrier: Transport | null = null
  #lastTrouble: Trouble | null = null
  #pageSync: PageSync = { sync: 'connecting', checkedAt: null }

  readonly #environment: Environment
  readonly #frames: FrameQueue

  /** @param renderedAt the server's clock when it rendered the page, ms */
  constructor(
    environment: Environment,
    readonly renderedAt: number,
  ) {
    this.#environment = environment
    const { codecs } = environment
    this.runs = scopeCollection(codecs.runs)
    this.fleets = scopeCollection(codecs.fleets)
    this.containers = scopeCollection(codecs.containers)
    this.logs = scopeCollection(codecs.logs)
    this.#collections = [this.runs, this.fleets, this.containers, this.logs]
    this.#frames = new FrameQueue(environment.nextFrame)

    this.#watch = new PageClockWatch(environment.wall, environment.steady)
    this.#clock.hear(renderedAt, environment.wall())
  }

  /** Connects; returns a function that ends the connection. */
  start(): () => void {
    const stopWaking = this.#environment.onWake(() => this.#wake())
    this.#connection = this.#environment.openConnection({
      up: () => this.#up(),
      down: () => this.#down(),
      carried: by => this.#setCarrier(by),
      troubled: trouble => this.#setTrouble(trouble),
      closing: () => this.#setRestarting(true),
      heard: heard => {
        this.#noticeClock()
        if ('now' in heard.message) this.#hearTime(heard.message.now)
        const subscription = this.#find(heard.message.scope)
        if (subscription) this.#input(subscription, replica => replica.hear(heard, this.#now()), 'at the next frame')
      },
      visitor: ({ role }) => this.#setRole(role),
      outdated: reason => this.#outdated(reason),
      signedOut: () => this.#signedOut(),
    })
    return () => {
      stopWaking()
      this.#connection?.close()
      this.#connection = null
      this.#down()
      this.#frames.flush()
      this.#cancelLook?.()
      this.#cancelReload?.()
    }
  }

  /** Follows a scope, beginning with the state that the page was rendered with; returns a function that ends this. */
  follow<S, T>(
    { codec, subscriptions }: ScopeCollection<S, T>,
    scope: Scope,
    rendered: Rendered<S, T>,
    listener: () => void,
  ): () => void {
    const known = subscriptions.get(scope)
    const subscription = known ?? new ScopeSubscription(scope, codec, this.#now(), rendered)
    const own = () => listener()
    subscription.listeners.add(own)
    if (!known) {
      subscriptions.set(scope, subscription)
      this.#input(subscription, replica => (this.#isUp ? replica.connected(this.#now()) : replica.look(this.#now())))
    } else if (subscription.live.gone && this.#isUp) {
      // A new listener of a scope that was gone has a reason to ask again at once.
      this.#input(subscription, replica => replica.connected(this.#now()))
    }
    return () => {
      subscription.listeners.delete(own)
      // A listener that is removed and added again at once, as React does it, keeps the replica.
      queueMicrotask(() => {
        if (subscription.listeners.size > 0 || subscriptions.get(scope) !== subscription) return
        subscriptions.delete(scope)
        this.#connection?.leave(scope)
        this.#settle()
      })
    }
  }

  /** The state of a followed scope; it counts as live no longer than the clock allows, even after a sleep [SYNC-6]. */
  live<S, T>({ subscriptions }: ScopeCollection<S, T>, scope: Scope): Live<T> | undefined {
    const subscription = subscriptions.get(scope)
    if (subscription && (subscription.deadline() ?? Infinity) <= this.#now()) {
      const before = subscription.live
      const ask = subscription.feed(replica => replica.look(this.#now()))
      // A component is being rendered now, so notify the other listeners afterwards.
      queueMicrotask(() => this.#announce(subscription, ask, before))
    }
    return subscription?.live
  }

  sync(): PageSync {
    return this.#pageSync
  }

  /** Whether the server said that it is being stopped, and the page has not connected again since. */
  restarting(): boolean {
    return this.#isRestarting
  }

  /** The visitor's role that the server sent last; null before the first. */
  role(): Visitor['role'] | null {
    return this.#toldRole
  }

  /** Which transport carries the page's connection; null while there is none. */
  transport(): Transport | null {
    return this.#carrier
  }

  /** Why the page has no connection; null while the server answers. */
  trouble(): Trouble | null {
    return this.#lastTrouble
  }

  /** Calls the listener when `sync`, `restarting`, `role`, `transport` or `trouble` changes. */
  onSync(listener: () => void): () => void {
    const own = () => listener()
    this.#syncListeners.add(own)
    return () => this.#syncListeners.delete(own)
  }

  /** A ticker by the server's time; see `Ticker` [RUN-7]. */
  ticker(everyMs: number): Ticker {
    const known = this.#tickers.get(everyMs)
    if (known) return known
    const now = () => this.#clock.at(this.#now())
    const ticker = new Ticker(everyMs, now, this.#environment.setTimer, this.renderedAt)
    this.#tickers.set(everyMs, ticker)
    return ticker
  }

  #up(): void {
    this.#isUp = true
    this.#setRestarting(false)
    this.#wasUp = true
    this.#noticeClock()
    for (const subscription of this.#all()) this.#input(subscription, replica => replica.connected(this.#now()))
  }

  #down(): void {
    this.#isUp = false
    this.#setCarrier(null)
    for (const subscription of this.#all()) {
      this.#input(subscription, replica => {
        replica.disconnected(this.#now())
        return null
      })
    }
  }

  #setRestarting(is: boolean): void {
    if (is === this.#isRestarting) return
    this.#isRestarting = is
    this.#frames.tell(this.#syncListeners)
  }

  #setCarrier(by: Transport | null): void {
    if (by === this.#carrier) return
    this.#carrier = by
    this.#frames.tell(this.#syncListeners)
  }

  #setTrouble(trouble: Trouble | null): void {
    if (trouble === this.#lastTrouble) return
    this.#lastTrouble = trouble
    this.#frames.tell(this.#syncListeners)
  }

  #setRole(role: Visitor['role']): void {
    if (role === this.#toldRole) return
    this.#toldRole = role
    this.#frames.tell(this.#syncListeners)
  }

  #wake(): void {
    this.#look()
    this.#frames.flush()
    for (const ticker of this.#tickers.values()) ticker.readjust()
    if (!this.#isUp) this.#connection?.reconnect()
  }

  #look(): void {
    this.#noticeClock()
    for (const subscription of this.#all()) this.#input(subscription, replica => replica.look(this.#now()))
  }

  /**
   * After a clock was set back, an old state looks new, so the proofs are void. After it was set forward, a new state only looks
   * old, until the next proof.
   */
  #noticeClock(): void {
    const moved = this.#watch.moved()
    if (moved === 0) return
    this.#clock.forget()
    if (moved > 0) return
    for (const subscription of this.#all()) this.#input(subscription, replica => replica.clockSet(this.#now()))
  }

  #hearTime(now: string): void {
    this.#clock.hear(Date.parse(now), this.#now())
  }

  #input(subscription: AnySubscription, feed: (replica: Inputs) => Ask | null, when: When = 'now'): void {
    const before = subscription.live
    let ask: Ask | null = null
    try {
      ask = subscription.feed(feed)
    } catch (error) {
      this.#outdated(error)
    }
    this.#announce(subscription, ask, before, when)
  }

  /** @param when when listeners hear of another state; they hear at once that it is no longer live, or live again [SYNC-6] */
  #announce(subscription: AnySubscription, ask: Ask | null, before: Live<unknown>, when: When = 'now'): void {
    if (ask) this.#send(subscription, ask)
    const { live, listeners } = subscription
    if (live !== before) {
      if (when === 'now' || live.sync !== before.sync || live.gone !== before.gone) this.#frames.tell(listeners)
      else this.#frames.add(listeners)
    }
    this.#settle(when)
  }

  #send(subscription: AnySubscription, { id, request }: Ask): void {
    const askedAt = this.#now()
    this.#connection?.ask(request, this.#patience, answer => {
      if (!answer) {
        this.#patience = Math.min(2 * this.#patience, MAX_PATIENCE_MS)
        this.#connection?.reconnect()
        return
      }
      this.#patience = PATIENCE_MS
      this.#setTrouble(null)
      this.#noticeClock()
      if ('now' in answer) {
        this.#clock.limit(Date.parse(answer.now), askedAt)
        this.#hearTime(answer.now)
      }
      this.#input(subscription, replica => replica.answered(id, answer, this.#now()))
    })
  }

  /** Runs after every input: updates the sync of the page as a whole, and the timer for the next look at the clock. */
  #settle(when: When = 'now'): void {
    const subscriptions = [...this.#all()]
    const before = this.#pageSync
    const next = syncOf(subscriptions.map(({ live }) => live))
    if (next.sync !== before.sync || next.checkedAt !== before.checkedAt) {
      this.#pageSync = next
      if (when === 'now' || next.sync !== before.sync) this.#frames.tell(this.#syncListeners)
      else this.#frames.add(this.#syncListeners)
    }
    this.#cancelLook?.()
    const deadline = Math.min(...subscriptions.map(subscription => subscription.deadline() ?? Infinity))
    const wait = Math.min(Math.max(0, deadline - this.#now()), LOOK_MS)
    this.#cancelLook = deadline === Infinity ? null : this.#environment.setTimer(wait, () => this.#look())
  }

  #outdated(reason: unknown): void {
    console.error('This page and its server are of different builds.', reason)
    this.#reloadIn(MIN_AGE_MS - this.#environment.steady())
  }

  /**
   * The reloaded page leads to the sign-in. It reloads at once, so that nothing stays readable. A page that never had a connection
   * waits first, because it would be refused again, for example by a proxy that lets no socket through.
   */
  #signedOut(): void {
    this.#reloadIn(this.#wasUp ? 0 : MIN_AGE_MS - this.#environment.steady())
  }

  #reloadIn(ms: number): void {
    this.#cancelReload ??= this.#environment.setTimer(Math.max(0, ms), this.#environment.reload)
  }

  #now(): number {
    return this.#environment.wall()
  }

  #find(scope: Scope): AnySubscription | undefined {
    for (const { subscriptions } of this.#collections) {
      const subscription = subscriptions.get(scope)
      if (subscription) return subscription
    }
    return undefined
  }

  *#all(): Iterable<AnySubscription> {
    for (const { subscriptions } of this.#collections) yield* subscriptions.values()
  }
}
