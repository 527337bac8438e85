import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { CLEAR } from '../testing/simulation/simulated-network'
import { HubSimulation } from '../testing/simulation/simulation'

vi.mock('ws', async () => ({ WebSocket: (await import('../testing/simulation/simulated-network')).SimulatedSocket }))
vi.mock('node:timers/promises', async () => ({
  setTimeout: (await import('../testing/simulation/virtual-time')).sleep,
}))
vi.mock('../backend/request', async original => ({
  ...(await original<object>()),
  request: (await import('../testing/simulation/simulated-network')).simulatedRequest,
}))

const SILENT = { ...CLEAR, silent: true }

let simulation: HubSimulation
beforeEach(async () => {
  simulation = new HubSimulation({ seed: 0, generation: 'B', dryRun: false, backendSkew: 0, dockerSkew: 0 })
  await simulation.begin()
})
afterEach(() => simulation.end())

/** Requests a start. Returns its result within a minute, and what is known of the run then. */
async function start(meanwhile: () => Promise<unknown>) {
  const { hub } = simulation.server
  if (!hub) throw new Error('No dashboard is up')
  const asked = hub.start({ spec: '001-spec', runId: 'run-1' }).then(
    () => 'started',
    () => 'failed',
  )
  await meanwhile()
  await simulation.pass(60_000)
  return { asked: await asked, run: await hub.snapshot('run-1') }
}

// Minutes pass for the dashboard. How long that takes in real time depends on the machine.
describe('a start that gets no answer', { timeout: 60_000 }, () => {
  it('[RUN-2.7] [RUN-2.10] is followed, for it may have been heard', async () => {
    const told = await start(async () => {
      await simulation.pass(3)
      simulation.backend.path = SILENT
      await simulation.pass(10_000)
      simulation.backend.path = CLEAR
      simulation.backend.cut()
    })
    expect(simulation.backend.projects[0]?.execution).not.toBeNull()
    expect(told).toMatchObject({ asked: 'failed', run: { status: 'running' } })
  })

  it('[RUN-2.13] is forgotten once the backend has said for 5 min that it does not know the run', async () => {
    // The request arrives, but has no effect.
    vi.spyOn(simulation.backend, 'execute').mockReturnValue(false)
    const told = await start(async () => {
      await simulation.pass(3)
      simulation.backend.path = SILENT
      await simulation.pass(10_000)
      simulation.backend.path = CLEAR
    })
    expect(told).toMatchObject({ asked: 'failed', run: { status: 'idle' } })
    await simulation.pass(3 * 60_000)
    expect(await simulation.server.hub?.snapshot('run-1')).toBeDefined()
    await simulation.pass(3 * 60_000)
    expect(await simulation.server.hub?.snapshot('run-1')).toBeUndefined()
    expect(simulation.server.hub?.liveRuns).toBe(0)
  })

  it('[RUN-2] was not even sent where the plan could not be read before: there is no such run', async () => {
    const told = await start(async () => {
      simulation.backend.path = SILENT
      await simulation.pass(10_000)
      simulation.backend.path = CLEAR
    })
    expect(told).toEqual({ asked: 'failed', run: undefined })
  })
})
