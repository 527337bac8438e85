import { expect } from 'vitest'
import type { StateCodec } from '../../../sync/state-codec'
import type { Document } from '../../../sync/document'
import type { LogState } from '../../../sync/log'
import { COALESCE_MS } from '../../../sync/memory-publisher'
import {
  heard,
  type Answer,
  type Heard,
  type ServerEvent,
  type ServerMessages,
  type Subscribe,
} from '../../../sync/messages'
import { STALE_MS } from '../../../sync/staleness-bound'
import type { Ask, Replica, Stamp } from '../../../sync/replica'
import type { Scope } from '../../../sync/scope'
import { throughText, VirtualClock } from '../../sync/fixtures'

/**
 * A simulation to try the protocol in: a server, its pages, a network that can do anything, clocks that lie, and an oracle
 * that remembers every state the server ever held and knows nothing of versions.
 */

/** What a page follows. */
export type Followed = Replica<Document> | Replica<LogState>

/** The server, as its pages and the network see it. */
export interface PageServer {
  readonly links: Set<Link>
  readonly isUp: boolean
  /** Its clock, against the true one. */
  readonly skew: number
  /** Renders a page as of now; what comes back makes its replicas once it is alive, at `now` by its own clock [SYNC-8]. */
  render(): Promise<(now: number) => Followed[]>
  /** Whether it publishes the scope now. */
  has(scope: Scope): boolean
  subscribe(link: Link, request: Subscribe, answer: (answer: Answer) => void): void
  /** Whether it held exactly this of a scope at most so long ago, by the oracle's books. */
  knows(scope: Scope, state: Document | LogState, now: number, ago: number): boolean
  /** The link carries again: each of its scopes is told anew. */
  drained(link: Link): void
}

const RECONNECT_MS = 500
const PATIENCE_MS = 4_000
/** After so long the transport itself notices a connection that died in silence. */
const PING_TIMEOUT_MS = 45_000
/** How often pages paint. */
const FRAME_MS = 250

/** A way to break the protocol, which must not go unnoticed. */
export interface Fault {
  /** Changes what a replica hears. */
  hears?: (heard: Heard, stamp: Stamp, serverNow: string) => Heard
  /** Changes what it is answered. */
  isAnswered?: (answer: Answer, stamp: Stamp) => Answer
  /** The server answers at once, and joins so many ms later. */
  joinsLateBy?: number
  /** Every incarnation of the server has this name. */
  incarnation?: string
  /** Pages paint without looking at the clock. */
  neverLooks?: boolean
  /** Pages do not notice that their clock was set. */
  ignoresClockSet?: boolean
  /** Pages take the answer to any question for that to the last. */
  takesAnyAnswer?: boolean
  body?: StateCodec<Document>
}

/** What the network does to messages. Late ones overtake each other. */
export interface NetworkConditions {
  /** Of 100 messages so many are lost, or come twice. */
  lost: number
  twice: number
  /** How long one may be under way, ms. */
  late: number
}
export const PERFECT_NETWORK: NetworkConditions = { lost: 0, twice: 0, late: 0 }

/** One connection between the server and a page. */
export class Link {
  alive = true
  /** What was sent has not drained: the socket is left out of broadcasts [SYNC-5]. */
  jammed = false
  readonly scopes = new Set<Scope>()

  readonly #simulation: PageSimulation<PageServer>
  readonly #page: Page

  constructor(simulation: PageSimulation<PageServer>, page: Page) {
    this.#simulation = simulation
    this.#page = page
  }

  send(event: ServerEvent, message: ServerMessages[ServerEvent]): void {
    const frame = throughText({ event, message })
    this.toPage(() => this.#page.hear(heard.parse(frame)))
  }

  toPage(deliver: () => void): void {
    this.carry(() => this.#page.whenAwake(() => this === this.#page.link && deliver()))
  }

  /** Brings something to the other side, as the networkConditions is. */
  carry(deliver: () => void): void {
    const simulation = this.#simulation
    const page = this.#page
    const times = simulation.chance(page.networkConditions.lost)
      ? 0
      : simulation.chance(page.networkConditions.twice)
        ? 2
        : 1
    for (let n = 0; n < times; n++) {
      simulation.clock.setTimer(1 + simulation.random(page.networkConditions.late), () => this.alive && deliver())
    }
  }
}

/** A page, as a browser would drive its replicas. */
export class Page {
  link: Link | null = null
  networkConditions = PERFECT_NETWORK
  asks = 0
  connections = 0
  #buffer: (() => void)[] | null = null
  #noticedSkew: number
  readonly follows: readonly Followed[]
  readonly #lastAsk = new Map<Scope, Ask>()

  readonly #simulation: PageSimulation<PageServer>

  /** @param skew its clock, against the true one */
  constructor(
    simulation: PageSimulation<PageServer>,
    public skew: number,
    rendered: (now: number) => Followed[],
  ) {
    this.#simulation = simulation

    this.#noticedSkew = skew
    this.follows = rendered(this.#now)
  }

  sleep(): void {
    this.#buffer ??= []
  }

  /** Frames and timers that have lain in the buffer may come before the page gets to look, or after. */
  wake(bufferFirst: boolean): void {
    const buffer = this.#buffer ?? []
    this.#buffer = null
    if (!bufferFirst) this.paint()
    for (const action of buffer) action()
    this.paint()
  }

  whenAwake(action: () => void): void {
    if (this.#buffer) this.#buffer.push(action)
    else action()
  }

  hear(heard: Heard): void {
    this.#noticeClock()
    for (const replica of this.follows) {
      if (replica.scope !== heard.message.scope) continue
      const { hears } = this.#simulation.fault
      const { stamp } = replica.view
      const changed = hears && stamp ? hears(heard, stamp, this.#simulation.serverNow()) : heard
      this.#act(replica.hear(changed, this.#now))
    }
  }

  /** The oracle looks at every picture. */
  paint(): void {
    if (this.#buffer) return
    if (!this.#simulation.fault.neverLooks) {
      this.#noticeClock()
      for (const replica of this.follows) this.#act(replica.look(this.#now))
    }
    this.#simulation.pictures.all++
    if (this.follows[0]?.view.sync === 'live') this.#simulation.pictures.live++
    this.#expectHonest(STALE_MS + COALESCE_MS)
  }

  /** [SYNC-10], and up to 50 ms more for a change that its owner forgot to announce. */
  #expectHonest(ago: number): void {
    const { clock, server } = this.#simulation
    for (const { scope, view } of this.follows) {
      if (view.sync !== 'live' || server.knows(scope, view.state, clock.now, ago)) continue
      throw new Error(`A page says live and shows ${JSON.stringify(view)}`)
    }
  }

  expectCurrent(): void {
    for (const { scope, view } of this.follows) {
      const { server } = this.#simulation
      expect([scope, view.gone, view.sync]).toEqual([scope, !server.has(scope), server.has(scope) ? 'live' : 'stale'])
    }
    this.#expectHonest(0)
  }

  /** The connection is dead, or not worth waiting for. */
  lost(link: Link): void {
    if (this.link !== link) return
    this.link = null
    this.#simulation.cut(link, false)
    this.#noticeClock()
    for (const replica of this.follows) replica.disconnected(this.#now)
    this.later(RECONNECT_MS, () => this.connect())
  }

  get #now(): number {
    return this.#simulation.clock.now + this.skew
  }

  later(ms: number, action: () => void): void {
    this.#simulation.clock.setTimer(ms, () => this.whenAwake(action))
  }

  connect(): void {
    if (this.link || !this.#simulation.pages.has(this)) return
    if (!this.#simulation.server.isUp) {
      this.later(RECONNECT_MS, () => this.connect())
      return
    }
    this.connections++
    this.link = new Link(this.#simulation, this)
    this.#simulation.server.links.add(this.link)
    this.#noticeClock()
    for (const replica of this.follows) this.#act(replica.connected(this.#now))
  }

  #act(ask: Ask | null): void {
    const { link } = this
    if (!ask || !link) return
    const { server, fault } = this.#simulation
    const { scope } = ask.request
    const replica = this.follows.find(each => each.scope === scope)
    if (!replica) return
    this.asks++
    this.#lastAsk.set(scope, ask)
    let answered = false
    const take = (answer: Answer) => {
      answered = true
      this.#noticeClock()
      const { stamp } = replica.view
      const changed = fault.isAnswered && stamp ? fault.isAnswered(answer, stamp) : answer
      const last = fault.takesAnyAnswer ? this.#lastAsk.get(scope) : ask
      this.#act(replica.answered((last ?? ask).id, changed, this.#now))
    }
    link.carry(() => server.subscribe(link, ask.request, answer => link.toPage(() => take(answer))))
    this.later(PATIENCE_MS, () => {
      if (!answered) this.lost(link)
    })
  }

  #noticeClock(): void {
    const setBack = this.skew < this.#noticedSkew
    this.#noticedSkew = this.skew
    if (!setBack || this.#simulation.fault.ignoresClockSet) return
    for (const replica of this.follows) this.#act(replica.clockSet(this.#now))
  }
}

export class PageSimulation<S extends PageServer> {
  readonly clock = new VirtualClock()
  readonly pages = new Set<Page>()
  readonly pictures = { live: 0, all: 0 }
  readonly server: S

  #seed: number

  constructor(
    seed: number,
    readonly fault: Fault,
    serve: (simulation: PageSimulation<PageServer>) => S,
  ) {
    this.#seed = seed

    this.server = serve(this)
  }

  /** A number from 0 to below `limit` (0 where that is 0). */
  random(limit: number): number {
    this.#seed = (Math.imul(this.#seed, 1664525) + 1013904223) >>> 0
    return Math.floor((this.#seed / 2 ** 32) * limit)
  }

  chance(percent: number): boolean {
    return this.random(100) < percent
  }

  serverNow(): string {
    return new Date(this.clock.now + this.server.skew).toISOString()
  }

  /** Someone opens the page: rendered now, and alive in the browser a little later [SYNC-8]. */
  async visit(skew: number, ms: number): Promise<void> {
    const rendered = await this.server.render()
    await this.pass(ms)
    const page = new Page(this, skew, rendered)
    this.pages.add(page)
    page.connect()
  }

  leave(page: Page): void {
    this.pages.delete(page)
    if (page.link) this.cut(page.link, false)
  }

  cut(link: Link, noticed: boolean): void {
    if (!link.alive) return
    link.alive = false
    this.server.links.delete(link)
    for (const page of this.pages)
      if (page.link === link) page.later(noticed ? 0 : PING_TIMEOUT_MS, () => page.lost(link))
  }

  async pass(ms: number): Promise<void> {
    const end = this.clock.now + ms
    while (this.clock.now < end) {
      const frame = Math.min(end, this.clock.now + FRAME_MS)
      while (this.clock.runNext(frame)) await this.settled()
      this.clock.now = frame
      for (const page of this.pages) page.paint()
    }
  }

  /** Lets the answers of the server's promises come. */
  protected async settled(): Promise<void> {
    for (let turn = 0; turn < 3; turn++) await Promise.resolve()
  }
}
