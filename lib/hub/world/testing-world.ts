import { expect } from 'vitest'
import type { Generation } from '../../reference-backend/generation'
import { CALM, World, type Fault } from '../../sync/fuzz/testing'
import { runScope } from '../../sync/scope'
import { SimulatedBackend } from './testing-backend'
import { Dashboard, type ServerFault, type Witness } from './testing-dashboard'
import { SimulatedDocker } from './testing-docker'
import { CLEAR, meet } from './testing-network'
import { expectTrue } from './testing-oracle'
import { settled, virtualTime } from './testing-time'

/** A way to break the whole, which must not go unnoticed. */
export interface WorldFault extends Fault, ServerFault {
  /** What the dashboard hears in the place of a frame; null: nothing. */
  frame?: (text: string) => string | null
}

export interface Setting {
  seed: number
  generation: Generation
  dryRun: boolean
  /** Clocks against the true one, ms. */
  backendSkew: number
  dockerSkew: number
}

/** Grace times, backoffs and then the silence after a wrong word are all over by then; ms. */
const PEACE = 75_000

/** How long what has changed may be under way where nothing is in its way; ms. */
const UNDER_WAY = 100

/** The whole: a backend, an Engine, the real hub, its pages, and the ways between them. */
export class HubWorld extends World<Dashboard> {
  readonly docker: SimulatedDocker
  readonly backend: SimulatedBackend
  private readonly restore: () => void

  /** It stands still before `begin`. */
  constructor({ seed, generation, dryRun, backendSkew, dockerSkew }: Setting, fault: WorldFault = {}) {
    const witness: Witness = {
      knows: runId => this.backend.isKnown(runId),
      evicted: runId => this.backend.evicted(runId),
      rebuilt: held => this.docker.rebuilt(held, this.server.incarnation),
    }
    super(seed, fault, world => new Dashboard(world, fault, () => this.docker, witness))
    const listener = () => this.server.incarnation
    this.docker = new SimulatedDocker(this, dockerSkew, listener)
    const frame = fault.frame ?? (text => text)
    this.backend = new SimulatedBackend(this, this.docker, { generation, dryRun, skew: backendSkew, frame })
    this.restore = virtualTime(
      this.clock,
      () => this.server.skew,
      () => this.random(2 ** 30) / 2 ** 30,
    )
    meet(this.backend)
  }

  begin(): Promise<void> {
    return this.server.start()
  }

  /** Everything is whole again, for long enough; then everything must be right. */
  async peace(): Promise<void> {
    this.backend.path = this.docker.path = CLEAR
    this.docker.isDown = false
    // A connection that has died in silence is noticed by nobody until somebody resets it.
    this.backend.cut()
    this.docker.cut()
    for (const page of this.pages) {
      page.weather = CALM
      page.wake(true)
      if (page.link) this.server.drained(page.link)
    }
    await this.pass(PEACE)
    // What has just changed may be on its way to the pages [SYNC-4].
    while (this.server.hasChangedWithin(UNDER_WAY)) await this.pass(UNDER_WAY)
    expect(this.server.unannounced()).toEqual([])
    expect(this.server.failures).toEqual([])
    for (const page of this.pages) page.expectCurrent()
    for (const project of this.backend.projects) {
      const snapshot = await this.server.hub?.snapshot(project.runId)
      if (this.server.wanted.has(project.runId))
        expect([project.runId, snapshot === undefined]).toEqual([project.runId, false])
      if (!snapshot) continue
      expect(this.server.has(runScope(project.runId))).toBe(true)
      expectTrue(snapshot, project, this.docker.containers, this.server.incarnation)
    }
  }

  /** What its processes leave behind comes to its end in this world, not in the next one. */
  async end(): Promise<void> {
    this.server.end()
    await settled()
    this.restore()
    meet(null)
  }

  protected override settled(): Promise<void> {
    return settled()
  }
}
