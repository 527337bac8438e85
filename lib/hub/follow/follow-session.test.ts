import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Snapshot } from '../../run/model'
import type { Project } from '../../testing/simulation/simulated-backend'
import { CLEAR } from '../../testing/simulation/simulated-network'
import { HubSimulation } from '../../testing/simulation/simulation'

vi.mock('ws', async () => ({ WebSocket: (await import('../../testing/simulation/simulated-network')).SimulatedSocket }))
vi.mock('node:timers/promises', async () => ({
  setTimeout: (await import('../../testing/simulation/virtual-time')).sleep,
}))
vi.mock('../../backend/request', async original => ({
  ...(await original<object>()),
  request: (await import('../../testing/simulation/simulated-network')).simulatedRequest,
}))

// A minute of the simulation takes some 50 ms, and much more on a busy machine.
vi.setConfig({ testTimeout: 60_000 })

/** The actions that `step` chooses for these numbers: begin the next batch, complete or fail the first one at work. */
const BEGIN = 0
const COMPLETE = 5
const FAIL = 1

let simulation: HubSimulation
beforeEach(async () => {
  // A generation without history: only the stream and the plan exist.
  simulation = new HubSimulation({ seed: 0, generation: 'A', dryRun: false, backendSkew: 0, dockerSkew: 0 })
  await simulation.begin()
})
afterEach(() => simulation.end())

function project(runId: string): Project {
  const found = simulation.backend.projects.find(each => each.runId === runId)
  if (!found) throw new Error('No such project')
  return found
}

/** The orchestrator takes a step, but its messages are lost. From then on the stream is dead, and no side notices. */
function stepUnheard(run: Project): void {
  simulation.backend.path = { ...CLEAR, silent: true }
  simulation.backend.step(run, COMPLETE)
  simulation.backend.path = CLEAR
}

async function snapshot(runId: string): Promise<Snapshot> {
  const found = await simulation.server.hub?.snapshot(runId)
  if (!found) throw new Error('No such run')
  return found
}

describe('a stream that has died in silence', () => {
  it('[RUN-9.13] is opened anew once the plan has been ahead of it for 5 s, also soon after another such', async () => {
    const run = project('run-4')
    simulation.server.begin({ spec: run.files.spec, runId: run.runId }, () => undefined)
    for (const how of [BEGIN, BEGIN]) {
      await simulation.pass(1_000)
      simulation.backend.step(run, how)
    }
    await simulation.pass(1_000)
    const heard = () => run.known.heard.size
    stepUnheard(run)
    expect(heard()).not.toBe(run.execution?.frames.length)
    for (let waited = 0; waited < 15 && heard() !== run.execution?.frames.length; waited++) await simulation.pass(1_000)
    expect(heard()).toBe(run.execution?.frames.length)
    await simulation.pass(1_000)
    stepUnheard(run)
    await simulation.pass(10_000)
    expect(await snapshot(run.runId)).toMatchObject({ status: 'running' })
    await simulation.pass(15_000)
    expect(await snapshot(run.runId)).toMatchObject({ status: 'completed', counts: { completed: 2 } })
  })
})

describe('a run that is over', () => {
  it('[RUN-8.25] is followed until its plan was read, however long the backend does not answer', async () => {
    const run = project('run-2')
    simulation.backend.execute(run, null)
    simulation.backend.step(run, BEGIN)
    simulation.backend.step(run, FAIL)
    simulation.server.follow(run.runId)
    while (run.known.heard.size === 0) await simulation.pass(1)
    simulation.backend.path = { ...CLEAR, silent: true }
    await simulation.pass(1_000)
    expect(await snapshot(run.runId)).toMatchObject({ status: 'failed', counts: { totalKnown: false } })
    simulation.backend.cut()
    await simulation.pass(30_000)
    simulation.backend.path = CLEAR
    await simulation.pass(10_000)
    expect(await snapshot(run.runId)).toMatchObject({ status: 'failed', counts: { total: 4, totalKnown: true } })
    expect(simulation.server.hub?.liveRuns).toBe(0)
  })
})
