import { pino } from 'pino'
import type { Engine } from '../../docker/engine/engine'
import { documentCodec } from '../../sync/state-codec'
import type { Document } from '../../sync/document'
import type { Followed, Link, PageServer, PageSimulation } from './pages/pages'
import type { LogState } from '../../sync/state-schemas'
import type { Answer, Subscribe } from '../../sync/messages'
import { Replica } from '../../sync/replica'
import { parseScope } from '../../sync/parse-scope'
import { fleetScope, runScope, type Scope } from '../../sync/scope'
import { Hub } from '../../hub/hub'
import { MemoryStore } from '../../hub/runs/store'
import { HubError, type StartRequest } from '../../hub/api/hub-api'
import { ExpectedDocuments, ObservedPublisher, type PublisherFault } from './expected-documents'
import { Disk, type RecordsFault } from './disk'
import { forgotten } from './memory'
import { neverTrue } from './oracle'

/** The planted faults of a server. */
export interface ServerFault extends PublisherFault {
  /** The planted fault of its recordings. */
  records?: RecordsFault
  /** Every incarnation has this name. */
  incarnation?: string
  /** The server answers at once, and joins this many ms later. */
  joinsLateBy?: number
}

/** The number of finished runs that are kept. */
const KEEPS = 2
/** Records what the dashboard can know. */
export interface Witness {
  /** Whether the dashboard knows that the run exists. */
  knows(runId: string): boolean
  /** The end of a run according to the backend's history; empty if the history has none. */
  recorded(runId: string): readonly string[]
  /** After an eviction, nothing that was received about the run before is known any more. */
  evicted(runId: string): void
  /** A new process knows the state that the one before it held. */
  rebuilt(held: ReadonlyMap<Scope, Document>): void
  /** What a document says of containers of others. */
  misplaced(document: Document): string[]
}

/** The dashboard's server: the real hub with all its parts, started repeatedly. */
export class Dashboard implements PageServer {
  readonly links = new Set<Link>()
  /** The dashboard's own errors; there must be none. */
  readonly failures: string[] = []
  /** Runs that the dashboard was asked to follow, and was not asked to forget. */
  readonly wanted = new Set<string>()
  hub: Hub | null = null
  skew = 0
  incarnation = 0
  #publisher: ObservedPublisher | null = null
  readonly #expected = new ExpectedDocuments()
  readonly #disk: Disk
  /** The state that it held when it was killed. */
  #before: ReadonlyMap<Scope, Document> = new Map()

  readonly #simulation: PageSimulation<PageServer>
  readonly #fault: ServerFault
  readonly #engine: () => Engine
  readonly #witness: Witness

  constructor(simulation: PageSimulation<PageServer>, fault: ServerFault, engine: () => Engine, witness: Witness) {
    this.#simulation = simulation
    this.#fault = fault
    this.#engine = engine
    this.#witness = witness

    this.#disk = new Disk(fault.records)
  }

  get isUp(): boolean {
    return this.hub !== null
  }

  /** The clock stands still during the start. */
  async start(): Promise<void> {
    const { clock } = this.#simulation
    const incarnation = ++this.incarnation
    const evicted = new Set<string>()
    const failed = (error: unknown) => void this.failures.push(String(error))
    const publisher = new ObservedPublisher(
      {
        broadcast: (scope, event, message) => {
          for (const link of this.#audience(scope)) link.send(event, message)
        },
        audience: scope => this.#audience(scope).length,
        failed: (_, error) => failed(error),
        incarnation: this.#fault.incarnation ?? `p${incarnation}`,
      },
      (scope, document) => {
        // A killed process holds no state any more.
        if (this.#publisher !== publisher || !this.#expected.holds(scope, document, clock.now)) return false
        if (document) this.failures.push(...neverTrue(document), ...this.#witness.misplaced(document))
        else this.#closed(scope, evicted)
        return true
      },
      this.#fault,
    )
    const store = new MemoryStore({ maxRuns: KEEPS })
    store.onEvict(({ runId }) => {
      evicted.add(runId)
      this.wanted.delete(runId)
      this.#witness.evicted(runId)
    })
    const log = pino({ level: 'error' }, { write: (line: string) => void this.failures.push(line) })
    this.#publisher = publisher
    this.hub = new Hub({
      backendUrl: new URL('http://backend.test'),
      engine: this.#engine(),
      publisher,
      log,
      store,
      recorder: this.#disk.recorder(log),
    })
    this.#witness.rebuilt(this.#before)
    await this.hub.restore()
    publisher.serve()
    this.failures.push(
      ...forgotten(this.#before, this.#expected.held(), evicted, runId => this.#witness.recorded(runId)),
    )
    // The backend must still confirm that such a run exists.
    for (const runId of this.wanted) if (!this.#witness.knows(runId)) this.wanted.delete(runId)
  }

  /**
   * Kills the process: it sends no message, and writes nothing more.
   * @param torn it was about to write
   */
  stop(noticed: boolean, torn = false): void {
    // Data of the last ms is recorded, but not yet derived.
    this.hub?.state()
    this.#before = this.#expected.held()
    this.#disk.killed(torn)
    void this.hub?.close()
    this.#publisher?.stop()
    this.hub = this.#publisher = null
    for (const link of this.links) this.#simulation.cut(link, noticed)
    this.#expected.closeAll(this.#simulation.clock.now)
  }

  end(): void {
    this.stop(false)
    this.#disk.throwAway()
  }

  begin(request: StartRequest & { runId: string }, accepted: () => void): void {
    this.#ask(
      hub => hub.start(request),
      () => {
        this.wanted.add(request.runId)
        accepted()
      },
    )
  }

  follow(runId: string): void {
    this.wanted.add(runId)
    this.#ask(
      hub => hub.follow(runId),
      () => undefined,
      code => {
        if (code === 'not-found') this.wanted.delete(runId)
      },
    )
  }

  stopRun(runId: string, stopped: () => void): void {
    this.#ask(hub => hub.stop(runId), stopped)
  }

  async render(): Promise<(now: number) => Followed[]> {
    const at = this.#simulation.serverNow()
    const scopes = [fleetScope, ...[...this.wanted].map(runId => runScope(runId))]
    const reads = await Promise.all(scopes.map(async scope => ({ scope, read: await this.#publisher?.read(scope) })))
    return now =>
      reads.map(({ scope, read }) => {
        const seed = read && { state: read.document, stamp: { epoch: read.epoch, version: read.version, now: at } }
        return new Replica(scope, this.#simulation.fault.body ?? documentCodec, now, seed)
      })
  }

  /** Whether anything changed within the last `ms`. */
  hasChangedWithin(ms: number): boolean {
    return this.#simulation.clock.now - this.#expected.changedAt < ms
  }

  /** Scopes that have changed without a message to their pages. */
  unannounced(): Scope[] {
    return this.#publisher?.unannounced() ?? []
  }

  has(scope: Scope): boolean {
    return this.#expected.has(scope)
  }

  /** For how long a scope has been published, ms. */
  age(scope: Scope): number {
    return this.#simulation.clock.now - this.#expected.since(scope)
  }

  subscribe(link: Link, request: Subscribe, answer: (answer: Answer) => void): void {
    const join = () => link.scopes.add(request.scope)
    if (this.#fault.joinsLateBy === undefined) join()
    else this.#simulation.clock.setTimer(this.#fault.joinsLateBy, join)
    void this.#publisher?.resume(request.scope, request).then(answer)
  }

  drained(link: Link): void {
    link.jammed = false
    for (const scope of link.scopes) {
      void this.#publisher?.snapshot(scope).then(message => {
        if (message) link.send('snapshot', message)
        else link.send('gone', { scope })
      })
    }
  }

  knows(scope: Scope, state: Document | LogState, now: number, ago: number): boolean {
    return !('lines' in state) && this.#expected.knows(scope, state, now, ago)
  }

  /** A run is closed only if it has to make room, or turns out not to exist [SYNC-9]. */
  #closed(scope: Scope, evicted: ReadonlySet<string>): void {
    const parts = parseScope(scope)
    if (parts?.kind !== 'run' || evicted.has(parts.runId)) return
    if (this.#witness.knows(parts.runId)) this.failures.push(`[SYNC-9] ${parts.runId} is gone`)
    // A followed run was confirmed to exist, unless only a later process could ask the backend.
    else if (this.incarnation > 1) this.wanted.delete(parts.runId)
  }

  #audience(scope: Scope): Link[] {
    return [...this.links].filter(link => link.alive && !link.jammed && link.scopes.has(scope))
  }

  /** A refusal is a legal answer; any error except a `HubError` is a fault of the dashboard. A dead process gives no answer. */
  #ask(
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
