import { expect } from 'vitest'
import type { Generation } from '../../reference-backend/generation'
import { PERFECT_NETWORK, PageSimulation, type Fault } from './pages/pages'
import { runScope } from '../../sync/scope'
import { SimulatedBackend, type Project } from './simulated-backend'
import { Dashboard, type ServerFault, type Witness } from './dashboard'
import { SimulatedDocker } from './simulated-docker'
import { expectEntry } from './entry-oracle'
import type { Execution } from './execution'
import type { Entry, SpecFiles } from './spec-files'
import { CLEAR, meet } from './simulated-network'
import { expectLines, expectTrue, type Scene } from './oracle'
import { batch } from '../../run/model'
import type { Document } from '../../sync/document'
import { settled, virtualTime } from './virtual-time'

/** A planted fault of the whole system, which a test must detect. */
export interface SimulationFault extends Fault, ServerFault {
  /** Replaces a frame to the dashboard; null drops it. */
  frame?: (text: string) => string | null
  /** Replaces an answer over HTTP. */
  answer?: (pathname: string, text: string) => string
  /** Plants a fault in the product itself; returns a function that removes it. */
  plant?: () => () => void
}

export interface Setting {
  seed: number
  generation: Generation
  dryRun: boolean
  /** The offsets of the clocks from the true one, ms. */
  backendSkew: number
  dockerSkew: number
  /**
   * Clocks agree, nothing is lost, and no batch or run ends before the containers that it has begun exist. Then each container is always
   * shown with its own batch [DOCK-4.38].
   */
  quiet?: true
}

/** After this time all grace times, backoffs and the silence after a false message are over; ms. */
const QUIET_TIME = 80_000

/** How long a change may be in transit if nothing delays it; ms. */
const UNDER_WAY = 100

/** The whole system: a backend, an Engine, the real hub, its pages, and the networks between them. */
export class HubSimulation extends PageSimulation<Dashboard> {
  readonly docker: SimulatedDocker
  readonly backend: SimulatedBackend
  readonly #restore: () => void
  readonly #mend: () => void

  /** Time stands still before `begin`. */
  constructor({ seed, generation, dryRun, backendSkew, dockerSkew, quiet }: Setting, fault: SimulationFault = {}) {
    const witness: Witness = {
      knows: runId => this.backend.isKnown(runId),
      recorded: runId => this.backend.recorded(runId),
      evicted: runId => this.backend.evicted(runId),
      rebuilt: held => this.docker.rebuilt(held, this.server.incarnation),
      misplaced: document => (quiet ? this.#misplaced(document) : []),
    }
    super(seed, fault, simulation => new Dashboard(simulation, fault, () => this.docker, witness))
    const listener = () => this.server.incarnation
    this.docker = new SimulatedDocker(this, dockerSkew, listener)
    const frame = fault.frame ?? (text => text)
    const answer = fault.answer ?? ((_, text) => text)
    this.backend = new SimulatedBackend(this, this.docker, { generation, dryRun, skew: backendSkew, frame, answer })
    this.#mend = fault.plant?.() ?? (() => undefined)
    this.#restore = virtualTime(
      this.clock,
      () => this.server.skew,
      () => this.random(2 ** 30) / 2 ** 30,
    )
    meet(this.backend)
  }

  begin(): Promise<void> {
    return this.server.start()
  }

  /** Repairs everything for long enough; then the whole state must be right. */
  async quiesce(): Promise<void> {
    this.backend.path = this.docker.path = CLEAR
    this.docker.isDown = false
    // A connection that has died silently is noticed only when it is reset.
    this.backend.cut()
    this.docker.cut()
    for (const page of this.pages) {
      page.networkConditions = PERFECT_NETWORK
      page.wake(true)
      if (page.link) this.server.drained(page.link)
    }
    await this.pass(QUIET_TIME)
    // The latest change may be in transit to the pages [SYNC-4].
    while (this.server.hasChangedWithin(UNDER_WAY)) await this.pass(UNDER_WAY)
    expect(this.server.unannounced()).toEqual([])
    expect(this.server.failures).toEqual([])
    for (const page of this.pages) page.expectCurrent()
    const { projects, specs } = this.backend
    const scene = { projects, containers: this.docker.containers, dashboard: this.server.incarnation }
    for (const project of projects) await this.#expectRight(project, scene)
    for (const files of specs) for (const entry of files.entries) await this.#expectShown(entry, files, scene)
  }

  async #expectRight(project: Project, scene: Scene): Promise<void> {
    const { runId } = project
    const snapshot = await this.server.hub?.snapshot(runId)
    if (this.server.wanted.has(runId)) expect([runId, snapshot === undefined]).toEqual([runId, false])
    if (!snapshot) return
    expect(this.server.has(runScope(runId))).toBe(true)
    expectTrue(snapshot, project, scene)
    const log = await this.server.hub?.logs.page(runId, { after: 0, limit: 10_000 })
    expectLines(snapshot, log?.lines ?? [], project)
  }

  /** The containers that the document of a run shows, and that belong to another run or batch that the dashboard knows. */
  #misplaced({ fields, items }: Document): string[] {
    const shown = this.backend.projects.find(({ runId }) => runId === fields['runId'])
    if (!shown) return []
    return items.flatMap(item => {
      const { id, containers } = batch.parse(item)
      return containers.flatMap(({ id: containerId }) => {
        const found = this.docker.containers.find(({ inspection }) => inspection.id === containerId)
        if (!found || shown.execution?.hexOf(id) === found.hex) return []
        const owner = this.backend.projects.find(({ execution }) => execution?.hexOf(found.batchId) === found.hex)
        const isKnown = owner !== undefined && this.server.has(runScope(owner.runId))
        return isKnown ? [`[DOCK-4.38] ${owner.runId} ${found.batchId} is shown with ${shown.runId} ${id}`] : []
      })
    })
  }

  /** A run of the history appears once: under its entry's id, or as the followed run [RUN-13]. */
  async #expectShown(entry: Entry, files: SpecFiles, scene: Scene): Promise<void> {
    const snapshot = await this.server.hub?.snapshot(entry.id)
    const runs = scene.projects.filter(({ execution }) => execution?.entry === entry)
    const isKnown = ({ runId }: Project) => this.server.wanted.has(runId) || this.server.has(runScope(runId))
    const hasNamed = ({ known }: Project) => [...known.heard].some(({ namesEntry }) => namesEntry)
    const followed = runs.filter(each => this.server.has(runScope(each.runId)) && hasNamed(each))
    // A run that has not named its entry may be another run that writes the same plan [RUN-8].
    const maybeAnother = scene.projects.some(each => each.files === files && isKnown(each) && !hasNamed(each))
    // A run that is not followed, and resumes the entry after the followed one, is a separate run.
    const goesOn = (before: Execution, { runId, execution }: Project) =>
      execution?.isAfter(before) === true || (!this.server.has(runScope(runId)) && execution?.outlives(before) === true)
    const shown = snapshot?.runId ?? null
    if (shown === null) {
      const isDue = entry.status === 'running' && followed.length === 0 && !this.backend.evictedEntries.has(entry.id)
      expect([entry.id, isDue]).toEqual([entry.id, false])
    } else if (shown !== entry.id) expect(followed.map(({ runId }) => runId)).toContain(shown)
    else if (followed.some(({ execution }) => execution && !runs.some(each => goesOn(execution, each))))
      expect([entry.id, 'shown twice']).toEqual([entry.id, 'shown once'])
    else if (snapshot && followed.length === 0)
      expectEntry(snapshot, entry, files, scene, {
        age: this.server.age(runScope(entry.id)),
        maybeAnother,
        wasForgotten: this.backend.evictedEntries.has(entry.id),
      })
  }

  /** Lets the processes' remaining work end in this simulation, not in the next one. */
  async end(): Promise<void> {
    this.server.end()
    await settled()
    this.#restore()
    this.#mend()
    meet(null)
  }

  protected override settled(): Promise<void> {
    return settled()
  }
}
