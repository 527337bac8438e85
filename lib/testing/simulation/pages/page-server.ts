import type { LogLine } from '../../../run/model'
import { documentCodec, logCodec } from '../../../sync/state-codec'
import type { Document, Item } from '../../../sync/document'
import { canonical, equal } from '../../../sync/json'
import type { LogState } from '../../../sync/state-schemas'
import { MemoryPublisher } from '../../../sync/memory-publisher'
import type { Answer, Subscribe } from '../../../sync/messages'
import { Replica } from '../../../sync/replica'
import { logScope, runScope, type Scope } from '../../../sync/scope'
import { TestLog, throughText } from '../../sync/fixtures'
import type { Followed, Link, PageServer, PageSimulation } from './pages'

/** The server of the simulation: a changing document and log, their publisher, and the joined pages. */

export const RUN = runScope('r')
export const LOG = logScope('r')

/** The states of a scope that the server held, and when. */
class Oracle<S> {
  readonly #states: { matches: (state: S) => boolean; until: number }[] = []

  /** From now on the server holds this state, or none. */
  holds(now: number, matches: ((state: S) => boolean) | null): void {
    const last = this.#states.at(-1)
    if (last?.until === Infinity) last.until = now
    if (matches) this.#states.push({ matches, until: Infinity })
  }

  /** Whether the server held exactly this state at most `ago` ms ago. */
  knows(state: S, now: number, ago: number): boolean {
    return this.#states.some(({ matches, until }) => until >= now - ago && matches(state))
  }
}

export class Server implements PageServer {
  readonly links = new Set<Link>()
  readonly #oracles = { run: new Oracle<Document>(), log: new Oracle<LogState>() }
  publisher: MemoryPublisher | null = null
  /** The offset of its clock from the true one. */
  skew = 0
  /** Whether the run is in the store. */
  exists = true
  #incarnations = 0
  #document: Document = { fields: { n: 0 }, items: [] }
  readonly #log = new TestLog(40)
  #written: LogLine[] = []

  readonly #simulation: PageSimulation<PageServer>

  constructor(simulation: PageSimulation<PageServer>) {
    this.#simulation = simulation

    this.start()
  }

  get isUp(): boolean {
    return this.publisher !== null
  }

  has(): boolean {
    return this.exists
  }

  async render(): Promise<(now: number) => Followed[]> {
    const at = this.#simulation.serverNow()
    const read = await this.publisher?.read(RUN)
    const seed = read && { state: read.document, stamp: { epoch: read.epoch, version: read.version, now: at } }
    return now => [
      new Replica(RUN, this.#simulation.fault.body ?? documentCodec, now, seed),
      new Replica(LOG, logCodec, now),
    ]
  }

  knows(_scope: Scope, state: Document | LogState, now: number, ago: number): boolean {
    return 'lines' in state ? this.#oracles.log.knows(state, now, ago) : this.#oracles.run.knows(state, now, ago)
  }

  start(): void {
    const { clock, fault } = this.#simulation
    this.#incarnations++
    this.publisher = new MemoryPublisher({
      broadcast: (scope, event, message) => {
        for (const link of this.#audience(scope)) link.send(event, message)
      },
      audience: scope => this.#audience(scope).length,
      failed: (_, error) => {
        throw error
      },
      now: () => clock.now + this.skew,
      setTimer: clock.setTimer,
      incarnation: fault.incarnation ?? `p${this.#incarnations}`,
    })
    this.open()
  }

  /** The process dies, and all its connections with it; its pages may or may not notice. */
  stop(noticed: boolean): void {
    this.publisher?.stop()
    this.publisher = null
    for (const link of this.links) this.#simulation.cut(link, noticed)
    this.#record()
  }

  open(): void {
    this.#record()
    if (!this.exists) return
    this.publisher?.open(RUN, () => this.#document)
    this.publisher?.openLog(LOG, this.#log)
  }

  evict(): void {
    this.exists = false
    this.publisher?.close(RUN)
    this.publisher?.close(LOG)
    this.#record()
  }

  bringBack(): void {
    if (this.exists) return
    this.exists = true
    this.open()
  }

  subscribe(link: Link, request: Subscribe, answer: (answer: Answer) => void): void {
    const { publisher } = this
    if (!publisher) return
    const { joinsLateBy } = this.#simulation.fault
    const join = () => link.scopes.add(request.scope)
    if (joinsLateBy === undefined) join()
    else this.#simulation.clock.setTimer(joinsLateBy, join)
    void publisher.resume(request.scope, request).then(answer)
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

  edit(how: number, announced: boolean): void {
    this.#document = edited(this.#document, how)
    this.#record()
    if (announced) this.publisher?.touch(RUN)
  }

  write(lines: number): void {
    for (let n = 0; n < lines; n++) {
      this.#log.add(`${this.#written.length}`, n % 2)
      this.#written.push(...this.#log.tail(1))
    }
    this.#record()
    this.publisher?.touch(LOG)
  }

  /** Another execution under the same id. */
  renew(): void {
    this.#document = { fields: { n: this.#simulation.random(9) }, items: [] }
    this.#log.clear()
    this.#written = []
    this.#record()
    this.publisher?.resetEpoch(RUN)
    this.publisher?.resetEpoch(LOG)
  }

  #audience(scope: Scope): Link[] {
    return [...this.links].filter(link => link.alive && !link.jammed && link.scopes.has(scope))
  }

  #record(): void {
    const { now } = this.#simulation.clock
    const isHeld = this.publisher !== null && this.exists
    const text = canonical(throughText(this.#document))
    const lines = [...this.#written]
    this.#oracles.run.holds(now, isHeld ? state => canonical({ ...state, items: [...state.items] }) === text : null)
    this.#oracles.log.holds(now, isHeld ? state => equal(state.lines, lines.slice(state.dropped)) : null)
  }
}

const IDS = ['a', '__proto__', 'constructor', 'b', '', 'toString']

function edited({ fields, items }: Document, how: number): Document {
  const at = how % Math.max(1, items.length)
  const id = IDS[how % IDS.length] ?? ''
  const change = (item: Item): Item[] => [{ ...item, n: how }]
  const replace = (by: (item: Item) => Item[]) => items.flatMap((item, index) => (index === at ? by(item) : item))
  const ways: (() => Document)[] = [
    () => ({ fields: { ...fields, n: how }, items }),
    () => ({ fields, items: items.some(item => item.id === id) ? items : [{ id, n: how }, ...items] }),
    () => ({ fields, items: items.some(item => item.id === id) ? items : [...items, { id }] }),
    () => ({ fields, items: replace(change) }),
    () => ({ fields, items: replace(() => []) }),
    () => ({ fields, items: [...items.slice(at), ...items.slice(0, at)] }),
    () => ({ fields, items: replace(item => [{ id: item.id }]) }),
  ]
  return ways[how % ways.length]?.() ?? { fields, items }
}
