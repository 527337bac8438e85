import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Snapshot } from '../../run/model'
import type { Project } from '../../testing/simulation/simulated-backend'
import { CLEAR, simulatedFetch } from '../../testing/simulation/simulated-network'
import { HubWorld } from '../../testing/simulation/simulation'

vi.mock('ws', async () => ({ WebSocket: (await import('../../testing/simulation/simulated-network')).SimulatedSocket }))
vi.mock('node:timers/promises', async () => ({
  setTimeout: (await import('../../testing/simulation/virtual-time')).sleep,
}))
vi.stubGlobal('fetch', simulatedFetch)

// A minute of the simulated world takes some 50 ms, and far more on a busy machine.
vi.setConfig({ testTimeout: 60_000 })

/** What `step` makes of these: the next batch begins, the first at work completes, or fails. */
const BEGIN = 0
const COMPLETE = 5
const FAIL = 1

let world: HubWorld
beforeEach(async () => {
  // A generation without history: there only stream and plan tell.
  world = new HubWorld({ seed: 0, generation: 'A', dryRun: false, backendSkew: 0, dockerSkew: 0 })
  await world.begin()
})
afterEach(() => world.end())

function project(runId: string): Project {
  const found = world.backend.projects.find(each => each.runId === runId)
  if (!found) throw new Error('No such project')
  return found
}

/** Its engine takes a step, of which nothing gets through: the stream is dead from then on, and nobody notices. */
function stepUnheard(run: Project): void {
  world.backend.path = { ...CLEAR, silent: true }
  world.backend.step(run, COMPLETE)
  world.backend.path = CLEAR
}

async function snapshot(runId: string): Promise<Snapshot> {
  const found = await world.server.hub?.snapshot(runId)
  if (!found) throw new Error('No such run')
  return found
}

describe('a stream that has died in silence', () => {
  it('[RUN-9.13] is opened anew once the plan has been ahead of it for 5 s, also soon after another such', async () => {
    const run = project('run-4')
    world.server.begin({ spec: run.files.spec, runId: run.runId }, () => undefined)
    for (const how of [BEGIN, BEGIN]) {
      await world.pass(1_000)
      world.backend.step(run, how)
    }
    await world.pass(1_000)
    const heard = () => run.known.heard.size
    stepUnheard(run)
    expect(heard()).not.toBe(run.execution?.frames.length)
    for (let waited = 0; waited < 15 && heard() !== run.execution?.frames.length; waited++) await world.pass(1_000)
    expect(heard()).toBe(run.execution?.frames.length)
    await world.pass(1_000)
    stepUnheard(run)
    await world.pass(10_000)
    expect(await snapshot(run.runId)).toMatchObject({ status: 'running' })
    await world.pass(15_000)
    expect(await snapshot(run.runId)).toMatchObject({ status: 'completed', counts: { completed: 2 } })
  })
})

describe('a run that is over', () => {
  it('[RUN-8.25] is followed until its plan was read, however long the backend does not answer', async () => {
    const run = project('run-2')
    world.backend.execute(run, null)
    world.backend.step(run, BEGIN)
    world.backend.step(run, FAIL)
    world.server.follow(run.runId)
    while (run.known.heard.size === 0) await world.pass(1)
    world.backend.path = { ...CLEAR, silent: true }
    await world.pass(1_000)
    expect(await snapshot(run.runId)).toMatchObject({ status: 'failed', counts: { totalKnown: false } })
    world.backend.cut()
    await world.pass(30_000)
    world.backend.path = CLEAR
    await world.pass(10_000)
    expect(await snapshot(run.runId)).toMatchObject({ status: 'failed', counts: { total: 4, totalKnown: true } })
    expect(world.server.hub?.liveRuns).toBe(0)
  })
})
