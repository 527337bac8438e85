import { Readable } from 'node:stream'
import type { EngineEvent, Inspection, Listed } from '../../docker/engine/answers'
import { DockerError } from '../../docker/engine/docker-error'
import { Engine, type EventStream } from '../../docker/engine/engine'
import { eventOf, idOf, inspectionOf, listedOf } from '../docker/fixtures'
import { batch, type Container } from '../../run/model'
import type { Document } from '../../sync/document'
import type { PageServer, PageSimulation } from './pages/pages'
import type { Scope } from '../../sync/scope'
import { CLEAR, type Path } from './simulated-network'

/** How long each request waits for an answer, ms; see `Engine`. */
const PING_WITHIN = 3_000
const ANSWER_WITHIN = 10_000
/** How many events are repeated to a new subscriber. */
const KEPT = 256

export interface SimulatedContainer {
  inspection: Inspection
  batchId: string
  /** Identifies the attempt of the batch, and so its run. */
  hex: string
  removed: boolean
  /** The incarnations of the dashboard that have seen the container. */
  readonly shownTo: Set<number>
  readonly endShownTo: Set<number>
  /** The incarnations that received its end in an answer, even if only the reader of its output asked. */
  readonly endReadBy: Set<number>
}

/** The Docker Engine: its containers and its answers. It may be refused, silent, or restarted. */
export class SimulatedDocker extends Engine {
  path: Path = CLEAR
  readonly containers: SimulatedContainer[] = []
  readonly #streams = new Set<SimulatedEvents>()
  #events_: EngineEvent[] = []

  readonly #simulation: PageSimulation<PageServer>
  readonly #skew: number
  readonly #listener: () => number

  /** @param skew the offset of its clock from the true one, ms */
  constructor(simulation: PageSimulation<PageServer>, skew: number, listener: () => number) {
    super({ socketPath: '/simulated' })
    this.#simulation = simulation
    this.#skew = skew
    this.#listener = listener
  }

  override async ping(): Promise<void> {
    await this.#ask(PING_WITHIN, () => undefined)
  }

  override async listAgents(): Promise<Listed[]> {
    const there = () => this.containers.filter(({ removed }) => !removed)
    return this.#ask(ANSWER_WITHIN, () =>
      there()
        .map(({ inspection: { id, state, createdAt } }) => listedOf(id, { state, createdAt }))
        .reverse(),
    )
  }

  override async inspect(id: string): Promise<Inspection> {
    // The process that asks may have ended when the answer comes.
    const asker = this.#listener()
    const found = await this.#ask(ANSWER_WITHIN, () => {
      const container = this.containers.find(({ inspection, removed }) => inspection.id === id && !removed)
      return container && { container, inspection: container.inspection }
    })
    if (!found) throw new DockerError('not-found', 'Docker knows no such container or image.')
    found.container.shownTo.add(asker)
    if (found.inspection.state === 'exited') found.container.endReadBy.add(asker)
    return found.inspection
  }

  override async imageExists(): Promise<boolean> {
    return this.#ask(ANSWER_WITHIN, () => true)
  }

  override async events(since: number): Promise<EventStream> {
    const asker = this.#listener()
    return this.#ask(ANSWER_WITHIN, () => {
      const stream = new SimulatedEvents(
        this.#simulation,
        () => this.path,
        event => this.#shown(event, asker),
      )
      this.#streams.add(stream)
      for (const event of this.#events_) if (event.nano >= BigInt(Math.floor(since)) * 1_000_000n) stream.push(event)
      return stream
    })
  }

  override async logs(): Promise<{ stream: Readable; tty: boolean }> {
    return { stream: await this.#ask(ANSWER_WITHIN, () => Readable.from([])), tty: false }
  }

  /** A new process of the dashboard knows the containers that the one before it held [REC-7]. */
  rebuilt(held: ReadonlyMap<Scope, Document>, dashboard: number): void {
    for (const { id, exitCode } of [...held.values()].flatMap(containersIn)) {
      const container = this.containers.find(({ inspection }) => inspection.id === id)
      container?.shownTo.add(dashboard)
      if (exitCode !== null) container?.endShownTo.add(dashboard)
    }
  }

  createSoon(batchId: string, hex: string): void {
    this.#simulation.clock.setTimer(200, () => {
      if (this.path.refuses && this.isDown) return
      const id = idOf(this.containers.length + 1)
      const source = `/project/.chakravarti/worktrees/batch-${batchId}-${hex}_1`
      const mounts = [{ source, destination: '/workspace' }]
      const inspection = inspectionOf(id, { createdAt: this.#now, startedAt: this.#now, state: 'running', mounts })
      const toNobody = { shownTo: new Set<number>(), endShownTo: new Set<number>(), endReadBy: new Set<number>() }
      this.containers.push({ inspection, batchId, hex, removed: false, ...toNobody })
      this.#tell(eventOf(id, 'create', this.#now))
      this.#tell(eventOf(id, 'start', this.#now))
    })
  }

  /** The batch's agent ends, and its container is removed soon after. */
  finish(hex: string, exitCode: number): void {
    const container = this.containers.find(each => each.hex === hex)
    if (container) this.end(container, exitCode, true)
  }

  end(container: SimulatedContainer, exitCode: number, isRemoved: boolean): void {
    if (container.removed) return
    if (container.inspection.state === 'running') {
      container.inspection = { ...container.inspection, state: 'exited', exitCode, finishedAt: this.#now }
      this.#tell(eventOf(container.inspection.id, 'die', this.#now, { exitCode }))
    }
    if (isRemoved) this.#simulation.clock.setTimer(50, () => this.#remove(container))
  }

  /** The daemon's process ends, and its containers with it; no event reports this. */
  isDown = false
  die(): void {
    this.isDown = true
    this.path = { ...this.path, refuses: true }
    this.#events_ = []
    for (const container of this.containers) {
      const { inspection } = container
      if (inspection.state !== 'running') continue
      container.inspection = { ...inspection, state: 'exited', exitCode: 137, finishedAt: this.#now }
    }
    this.cut()
  }

  cut(): void {
    for (const stream of this.#streams) stream.cut()
    this.#streams.clear()
  }

  #remove(container: SimulatedContainer): void {
    if (container.removed || this.isDown) return
    container.removed = true
    this.#tell(eventOf(container.inspection.id, 'destroy', this.#now))
  }

  get #now(): number {
    return this.#simulation.clock.now + this.#skew
  }

  #ticks = 0n
  #tell(event: EngineEvent): void {
    const stamped = { ...event, nano: event.nano + (++this.#ticks % 1_000_000n) }
    this.#events_ = [...this.#events_, stamped].slice(-KEPT)
    for (const stream of this.#streams) stream.push(stamped)
  }

  #shown({ id, action }: EngineEvent, to: number): void {
    const container = this.containers.find(({ inspection }) => inspection.id === id)
    if (action === 'die') container?.endShownTo.add(to)
  }

  async #ask<T>(within: number, answer: () => T): Promise<T> {
    const { path } = this
    const simulation = this.#simulation
    if (path.refuses || path.silent) {
      if (path.refuses) throw new DockerError('unreachable', `Nobody listens at ${this.where}.`, true)
      await this.#pass(within)
      throw new DockerError('timeout', `Docker at ${this.where} did not answer.`)
    }
    await this.#pass(1 + simulation.random(path.late))
    const result = answer()
    await this.#pass(1 + simulation.random(path.late))
    if (this.path.refuses || this.path.silent) throw new DockerError('unreachable', 'The connection to Docker was cut.')
    return result
  }

  #pass(ms: number): Promise<void> {
    return new Promise(resolve => void this.#simulation.clock.setTimer(ms, resolve))
  }
}

/** The containers in a run's document; none for another scope. */
function containersIn({ fields, items }: Document): Container[] {
  return 'runId' in fields ? items.flatMap(item => batch.parse(item).containers) : []
}

/** A subscription. A lost event is never repeated: nothing more arrives after it, and the subscription is cut soon. */
class SimulatedEvents implements EventStream {
  readonly #queue: EngineEvent[] = []
  #wake: (() => void) | null = null
  #isDeaf = false
  #isCut = false
  #isDestroyed = false
  #lastAt = 0

  readonly #simulation: PageSimulation<PageServer>
  readonly #path: () => Path
  readonly #shown: (event: EngineEvent) => void

  constructor(simulation: PageSimulation<PageServer>, path: () => Path, shown: (event: EngineEvent) => void) {
    this.#simulation = simulation
    this.#path = path
    this.#shown = shown
  }

  push(event: EngineEvent): void {
    const { clock } = this.#simulation
    const { silent, lost, twice, late } = this.#path()
    if (this.#isDeaf) return
    if (silent || this.#simulation.chance(lost)) {
      this.#isDeaf = true
      clock.setTimer(400, () => this.cut())
      return
    }
    this.#lastAt = Math.max(this.#lastAt, clock.now + 1 + this.#simulation.random(late))
    for (let n = this.#simulation.chance(twice) ? 2 : 1; n > 0; n--) {
      clock.setTimer(this.#lastAt - clock.now, () => {
        if (this.#isCut) return
        this.#queue.push(event)
        this.#wake?.()
      })
    }
  }

  cut(): void {
    this.#isCut = true
    this.#wake?.()
  }

  destroy(): void {
    this.#isDestroyed = true
    this.#wake?.()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<EngineEvent> {
    for (;;) {
      const event = this.#queue.shift()
      if (this.#isDestroyed) return
      if (event) {
        this.#shown(event)
        yield event
      } else if (this.#isCut) throw new DockerError('unreachable', 'The connection to Docker was cut.')
      else await new Promise<void>(resolve => (this.#wake = resolve))
    }
  }
}
