import { pino } from 'pino'
import type { Engine } from '../../docker/engine'
import { documentBody } from '../../sync/body'
import type { Document } from '../../sync/document'
import type { Followed, Link, PageServer, World } from '../../sync/fuzz/testing'
import { canonical } from '../../sync/json'
import type { LogState } from '../../sync/log'
import { MemoryPublisher } from '../../sync/memory-publisher'
import type { Answer, Subscribe } from '../../sync/messages'
import type { PublisherOptions } from '../../sync/publisher'
import { Replica } from '../../sync/replica'
import { fleetScope, runScope, type Scope } from '../../sync/scope'
import { throughText } from '../../sync/testing'
import { Hub } from '../hub'
import { MemoryStore } from '../store'
import { HubError } from '../types'
import { neverTrue } from './testing-oracle'

/** What is wrong with a server on purpose. */
export interface ServerFault {
  /** What it holds in the place of what it should. */
  source?: (document: Document) => Document
  /** What it does not do when it should. */
  forgets?: 'close' | 'renew'
  /** Every incarnation of it has this name. */
  incarnation?: string
  /** It answers at once, and joins so many ms later. */
  joinsLateBy?: number
}

/** So few finished runs are kept. */
const KEEPS = 2
/** No page may claim what is older; ms. */
const REMEMBERED = 20_000

/** What the server held of each scope, and until when: what pages claim is compared with it, and nothing else. */
class Books {
  private readonly entries = new Map<Scope, { text: string; of: Document; until: number }[]>()
  private readonly texts = new WeakMap<object, string>()

  /** Returns whether that is another state than before. */
  holds(scope: Scope, document: Document | null, now: number): boolean {
    const before = this.entries.get(scope) ?? []
    const last = before.at(-1)
    const isOpen = last?.until === Infinity
    if (document && isOpen && (last.of === document || last.text === this.textOf(document))) return false
    if (isOpen) last.until = now
    const kept = before.filter(({ until }) => until >= now - REMEMBERED)
    if (document) kept.push({ text: this.textOf(document), of: document, until: Infinity })
    this.entries.set(scope, kept)
    return true
  }

  has(scope: Scope): boolean {
    return this.entries.get(scope)?.at(-1)?.until === Infinity
  }

  closeAll(now: number): void {
    for (const scope of this.entries.keys()) this.holds(scope, null, now)
  }

  knows(scope: Scope, state: Document, now: number, ago: number): boolean {
    const text = this.textOf(state)
    return this.entries.get(scope)?.some(held => held.until >= now - ago && held.text === text) ?? false
  }

  private textOf(document: Document): string {
    const known = this.texts.get(document)
    if (known !== undefined) return known
    const text = canonical(throughText(document))
    this.texts.set(document, text)
    return text
  }
}

/** A publisher of whose every state books are kept. */
class BookedPublisher extends MemoryPublisher {
  private readonly sources = new Map<Scope, () => Document>()

  constructor(
    options: PublisherOptions,
    private readonly holds: (scope: Scope, document: Document | null) => void,
    private readonly fault: ServerFault,
  ) {
    super(options)
  }

  override open(scope: Scope, source: () => Document): void {
    const booked = () => {
      const document = this.fault.source?.(source()) ?? source()
      this.holds(scope, document)
      return document
    }
    this.sources.set(scope, booked)
    booked()
    super.open(scope, booked)
  }

  override touch(scope: Scope): void {
    this.sources.get(scope)?.()
    super.touch(scope)
  }

  override renew(scope: Scope): void {
    if (this.fault.forgets !== 'renew') super.renew(scope)
  }

  override close(scope: Scope): void {
    if (this.sources.delete(scope)) this.holds(scope, null)
    if (this.fault.forgets !== 'close') super.close(scope)
  }
}

/** The dashboard's server: the real hub with all that it stands on, started again and again. */
export class Dashboard implements PageServer {
  readonly links = new Set<Link>()
  /** Errors of its own, of which there must be none. */
  readonly failures: string[] = []
  /** Runs that it was asked to follow, and has not been told to forget. */
  readonly wanted = new Set<string>()
  hub: Hub | null = null
  skew = 0
  incarnation = 0
  private publisher: BookedPublisher | null = null
  private readonly books = new Books()

  constructor(
    private readonly world: World<PageServer>,
    private readonly fault: ServerFault,
    private readonly engine: () => Engine,
    /** Of an evicted run nothing that was heard before is known any more. */
    private readonly forgotten: (runId: string) => void,
  ) {}

  get isUp(): boolean {
    return this.hub !== null
  }

  start(): void {
    const { clock } = this.world
    const incarnation = ++this.incarnation
    const failed = (error: unknown) => void this.failures.push(String(error))
    const publisher = new BookedPublisher(
      {
        broadcast: (scope, event, message) => {
          for (const link of this.audience(scope)) link.send(event, message)
        },
        audience: scope => this.audience(scope).length,
        failed: (_, error) => failed(error),
        incarnation: this.fault.incarnation ?? `p${incarnation}`,
      },
      (scope, document) => {
        // Of a process that was killed nothing is left to hold anything.
        if (this.publisher !== publisher || !this.books.holds(scope, document, clock.now)) return
        if (document) this.failures.push(...neverTrue(document))
      },
      this.fault,
    )
    const store = new MemoryStore({ maxRuns: KEEPS })
    store.onEvict(({ runId }) => {
      this.wanted.delete(runId)
      this.forgotten(runId)
    })
    this.publisher = publisher
    this.hub = new Hub({
      backendUrl: new URL('http://backend.test'),
      engine: this.engine(),
      publisher,
      log: pino({ level: 'error' }, { write: (line: string) => void this.failures.push(line) }),
      store,
    })
    for (const runId of this.wanted) this.follow(runId)
  }

  /** Killed: nothing is said to anybody. */
  stop(noticed: boolean): void {
    void this.hub?.close()
    this.publisher?.stop()
    this.hub = this.publisher = null
    for (const link of this.links) this.world.cut(link, noticed)
    this.books.closeAll(this.world.clock.now)
  }

  begin(spec: string, runId: string, dryRun: boolean, accepted: () => void): void {
    this.ask(
      hub => hub.start({ spec, runId, dryRun }),
      () => {
        this.wanted.add(runId)
        accepted()
      },
    )
  }

  follow(runId: string): void {
    this.wanted.add(runId)
    this.ask(
      hub => hub.follow(runId),
      () => undefined,
      code => {
        if (code === 'not-found') this.wanted.delete(runId)
      },
    )
  }

  stopRun(runId: string, stopped: () => void): void {
    this.ask(hub => hub.stop(runId), stopped)
  }

  async render(): Promise<(now: number) => Followed[]> {
    const at = this.world.serverNow()
    const scopes = [fleetScope, ...[...this.wanted].map(runId => runScope(runId))]
    const reads = await Promise.all(scopes.map(async scope => ({ scope, read: await this.publisher?.read(scope) })))
    return now =>
      reads.map(({ scope, read }) => {
        const seed = read && { state: read.document, stamp: { epoch: read.epoch, version: read.version, now: at } }
        return new Replica(scope, this.world.fault.body ?? documentBody, now, seed)
      })
  }

  has(scope: Scope): boolean {
    return this.books.has(scope)
  }

  subscribe(link: Link, request: Subscribe, answer: (answer: Answer) => void): void {
    const join = () => link.scopes.add(request.scope)
    if (this.fault.joinsLateBy === undefined) join()
    else this.world.clock.setTimer(this.fault.joinsLateBy, join)
    void this.publisher?.resume(request.scope, request).then(answer)
  }

  drained(link: Link): void {
    link.jammed = false
    for (const scope of link.scopes) {
      void this.publisher?.snapshot(scope).then(message => {
        if (message) link.send('snapshot', message)
        else link.send('gone', { scope })
      })
    }
  }

  knows(scope: Scope, state: Document | LogState, now: number, ago: number): boolean {
    return !('lines' in state) && this.books.knows(scope, state, now, ago)
  }

  private audience(scope: Scope): Link[] {
    return [...this.links].filter(link => link.alive && !link.jammed && link.scopes.has(scope))
  }

  /** What is refused is refused; anything but a `HubError` is an error of its own. A dead process tells nobody. */
  private ask(
    question: (hub: Hub) => Promise<unknown>,
    done: () => void,
    refused: (code: HubError['code']) => void = () => undefined,
  ): void {
    const { hub } = this
    if (!hub) return
    const unlessDead = (step: () => void) => {
      if (this.hub === hub) step()
    }
    question(hub).then(
      () => unlessDead(done),
      (error: unknown) => {
        if (error instanceof HubError) unlessDead(() => refused(error.code))
        else this.failures.push(String(error))
      },
    )
  }
}
