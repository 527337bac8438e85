import { expect } from 'vitest'
import type { StateCodec } from '../../../sync/state-codec'
import type { Document } from '../../../sync/document'
import type { LogState } from '../../../sync/state-schemas'
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
 * A simulation that tests the protocol: a server, its pages, a network with every fault, wrong clocks, and an oracle that remembers
 * every state the server ever held and knows nothing of versions.
 */

/** The replica of one scope. */
export type Followed = Replica<Document> | Replica<LogState>

/** The server, as its pages and the network see it. */
export interface PageServer {
  readonly links: Set<Link>
  readonly isUp: boolean
  /** The offset of its clock from the true one. */
  readonly skew: number
  /** Renders a page now. The result creates the page's replicas once the page is alive, at `now` by its own clock [SYNC-8]. */
  render(): Promise<(now: number) => Followed[]>
  /** Whether it publishes the scope now. */
  has(scope: Scope): boolean
  subscribe(link: Link, request: Subscribe, answer: (answer: Answer) => void): void
  /** Whether the oracle knows that the server held exactly this state of a scope at most `ago` ms ago. */
  knows(scope: Scope, state: Document | LogState, now: number, ago: number): boolean
  /** The link carries data again: each of its scopes is sent again in full. */
  drained(link: Link): void
}

const RECONNECT_MS = 500
const PATIENCE_MS = 4_000
/** After this time the transport itself notices a connection that died silently. */
const PING_TIMEOUT_MS = 45_000
/** How often pages paint. */
const FRAME_MS = 250

/** A planted fault of the protocol, which a test must detect. */
export interface Fault {
  /** Changes the messages that a replica receives. */
  hears?: (heard: Heard, stamp: Stamp, serverNow: string) => Heard
  /** Changes the answers that it receives. */
  isAnswered?: (answer: Answer, stamp: Stamp) => Answer
  /** The server answers at once, and joins this many ms later. */
  joinsLateBy?: number
  /** Every incarnation of the server has this name. */
  incarnation?: string
  /** Pages paint without looking at the clock. */
  neverLooks?: boolean
  /** Pages do not notice that their clock was set. */
  ignoresClockSet?: boolean
  /** Pages take the answer to any request as the answer to the last one. */
  takesAnyAnswer?: boolean
  body?: StateCodec<Document>
}

/** The effects of the network on messages. Late messages overtake each other. */
export interface NetworkConditions {
  /** The number of messages in 100 that are lost, or arrive twice. */
  lost: number
  twice: number
  /** The maximum delay of a message, ms. */
  late: number
}
export const PERFECT_NETWORK: NetworkConditions = { lost: 0, twice: 0, late: 0 }

/** One connection between the server and a page. */
export class Link {
  alive = true
  /** Sent data has not drained: the socket is excluded from broadcasts [SYNC-5]. */
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

  /** Delivers a message to the other side, under the current network conditions. */
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

/** A page that drives its replicas as a browser would. */
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

  /** @param skew the offset of its clock from the true one */
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

  /** Buffered frames and timers may run before or after the page checks its state. */
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

  /** The oracle checks every picture. */
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

  /** [SYNC-10], and up to `COALESCE_MS` more for a change that its owner did not announce. */
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

  /** The connection is dead, or the page no longer waits for it. */
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

  /** A random number from 0 to below `limit` (0 if `limit` is 0). */
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

  /** Opens a page: rendered now, and alive in the browser a little later [SYNC-8]. */
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

  /** Lets the server's pending promises settle. */
  protected async settled(): Promise<void> {
    for (let turn = 0; turn < 3; turn++) await Promise.resolve()
  }
}
