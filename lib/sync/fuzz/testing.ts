import { expect } from 'vitest'
import { documentBody, logBody, type Body } from '../body'
import type { Document } from '../document'
import type { LogState } from '../log'
import { COALESCE_MS } from '../memory-publisher'
import { heard, type Answer, type Heard, type ServerEvent, type ServerMessages } from '../messages'
import { STALE_MS } from '../proof'
import { Replica, type Ask, type Stamp } from '../replica'
import type { Scope } from '../scope'
import { throughText, VirtualClock } from '../testing'
import { LOG, RUN, Server } from './server/testing'

/**
 * A world to try the protocol in: a server, its pages, a network that can do anything, clocks that lie, and an oracle
 * that remembers every state the server ever held and knows nothing of versions.
 */

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
  body?: Body<Document>
}

/** What the network does to messages. Late ones overtake each other. */
export interface Weather {
  /** Of 100 messages so many are lost, or come twice. */
  lost: number
  twice: number
  /** How long one may be under way, ms. */
  late: number
}
export const CALM: Weather = { lost: 0, twice: 0, late: 0 }

/** One connection between the server and a page. */
export class Link {
  alive = true
  /** What was sent has not drained: the socket is left out of broadcasts [SYNC-5]. */
  jammed = false
  readonly scopes = new Set<Scope>()

  constructor(
    private readonly world: World,
    private readonly page: Page,
  ) {}

  send(event: ServerEvent, message: ServerMessages[ServerEvent]): void {
    const frame = throughText({ event, message })
    this.toPage(() => this.page.hear(heard.parse(frame)))
  }

  toPage(deliver: () => void): void {
    this.carry(() => this.page.whenAwake(() => this === this.page.link && deliver()))
  }

  /** Brings something to the other side, as the weather is. */
  carry(deliver: () => void): void {
    const { world, page } = this
    const times = world.chance(page.weather.lost) ? 0 : world.chance(page.weather.twice) ? 2 : 1
    for (let n = 0; n < times; n++) {
      world.clock.setTimer(1 + world.random(page.weather.late), () => this.alive && deliver())
    }
  }
}

/** A page, as a browser would drive its replicas. */
export class Page {
  link: Link | null = null
  weather = CALM
  asks = 0
  connections = 0
  private buffer: (() => void)[] | null = null
  private noticedSkew: number
  private readonly run: Replica<Document>
  private readonly log: Replica<LogState>
  private readonly lastAsk = new Map<Scope, Ask>()

  /** @param skew its clock, against the true one */
  constructor(
    private readonly world: World,
    public skew: number,
    seed?: { state: Document; stamp: Stamp },
  ) {
    this.noticedSkew = skew
    this.run = new Replica(RUN, world.fault.body ?? documentBody, this.now, seed)
    this.log = new Replica(LOG, logBody, this.now)
  }

  sleep(): void {
    this.buffer ??= []
  }

  /** Frames and timers that have lain in the buffer may come before the page gets to look, or after. */
  wake(bufferFirst: boolean): void {
    const buffer = this.buffer ?? []
    this.buffer = null
    if (!bufferFirst) this.paint()
    for (const action of buffer) action()
    this.paint()
  }

  whenAwake(action: () => void): void {
    if (this.buffer) this.buffer.push(action)
    else action()
  }

  hear(heard: Heard): void {
    this.noticeClock()
    for (const replica of [this.run, this.log]) {
      if (replica.scope !== heard.message.scope) continue
      const { hears } = this.world.fault
      const { stamp } = replica.view
      const changed = hears && stamp ? hears(heard, stamp, this.world.serverNow()) : heard
      this.act(replica.hear(changed, this.now))
    }
  }

  /** The oracle looks at every picture. */
  paint(): void {
    if (this.buffer) return
    if (!this.world.fault.neverLooks) {
      this.noticeClock()
      this.act(this.run.look(this.now))
      this.act(this.log.look(this.now))
    }
    this.world.pictures.all++
    if (this.run.view.sync === 'live') this.world.pictures.live++
    this.expectHonest(STALE_MS + COALESCE_MS)
  }

  /** [SYNC-10], and up to 50 ms more for a change that its owner forgot to announce. */
  private expectHonest(ago: number): void {
    const { oracles } = this.world.server
    const { now } = this.world.clock
    if (this.run.view.sync === 'live' && !oracles.run.knows(this.run.view.state, now, ago)) {
      throw new Error(`A page says live and shows ${JSON.stringify(this.run.view)}`)
    }
    if (this.log.view.sync === 'live' && !oracles.log.knows(this.log.view.state, now, ago)) {
      throw new Error(`A page says live and shows ${JSON.stringify(this.log.view)}`)
    }
  }

  expectCurrent(): void {
    expect([this.run.view.sync, this.log.view.sync]).toEqual(['live', 'live'])
    this.expectHonest(0)
  }

  /** The connection is dead, or not worth waiting for. */
  lost(link: Link): void {
    if (this.link !== link) return
    this.link = null
    this.world.cut(link, false)
    this.noticeClock()
    this.run.disconnected(this.now)
    this.log.disconnected(this.now)
    this.later(RECONNECT_MS, () => this.connect())
  }

  private get now(): number {
    return this.world.clock.now + this.skew
  }

  later(ms: number, action: () => void): void {
    this.world.clock.setTimer(ms, () => this.whenAwake(action))
  }

  connect(): void {
    if (this.link || !this.world.pages.has(this)) return
    if (!this.world.server.publisher) {
      this.later(RECONNECT_MS, () => this.connect())
      return
    }
    this.connections++
    this.link = new Link(this.world, this)
    this.world.server.links.add(this.link)
    this.noticeClock()
    this.act(this.run.connected(this.now))
    this.act(this.log.connected(this.now))
  }

  private act(ask: Ask | null): void {
    const { link } = this
    if (!ask || !link) return
    const { server, fault } = this.world
    const { scope } = ask.request
    this.asks++
    this.lastAsk.set(scope, ask)
    let answered = false
    const take = (answer: Answer) => {
      answered = true
      this.noticeClock()
      const replica = scope === RUN ? this.run : this.log
      const { stamp } = replica.view
      const changed = fault.isAnswered && stamp ? fault.isAnswered(answer, stamp) : answer
      const last = fault.takesAnyAnswer ? this.lastAsk.get(scope) : ask
      this.act(replica.answered((last ?? ask).id, changed, this.now))
    }
    link.carry(() => server.subscribe(link, ask.request, answer => link.toPage(() => take(answer))))
    this.later(PATIENCE_MS, () => {
      if (!answered) this.lost(link)
    })
  }

  private noticeClock(): void {
    const setBack = this.skew < this.noticedSkew
    this.noticedSkew = this.skew
    if (!setBack || this.world.fault.ignoresClockSet) return
    this.act(this.run.clockSet(this.now))
    this.act(this.log.clockSet(this.now))
  }
}

export class World {
  readonly clock = new VirtualClock()
  readonly pages = new Set<Page>()
  readonly pictures = { live: 0, all: 0 }
  readonly server: Server

  constructor(
    private seed: number,
    readonly fault: Fault = {},
  ) {
    this.server = new Server(this)
  }

  /** A number from 0 to below `limit` (0 where that is 0). */
  random(limit: number): number {
    this.seed = (Math.imul(this.seed, 1664525) + 1013904223) >>> 0
    return Math.floor((this.seed / 2 ** 32) * limit)
  }

  chance(percent: number): boolean {
    return this.random(100) < percent
  }

  serverNow(): string {
    return new Date(this.clock.now + this.server.skew).toISOString()
  }

  /** Someone opens the page: rendered now, and alive in the browser a little later [SYNC-8]. */
  async visit(skew: number, ms: number): Promise<void> {
    const now = this.serverNow()
    const read = await this.server.publisher?.read(RUN)
    await this.pass(ms)
    const seed = read && { state: read.document, stamp: { epoch: read.epoch, version: read.version, now } }
    const page = new Page(this, skew, seed)
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
      while (this.clock.runNext(frame)) await settled()
      this.clock.now = frame
      for (const page of this.pages) page.paint()
    }
  }
}

/** Lets the answers of the server's promises come. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await Promise.resolve()
}
