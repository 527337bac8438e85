import { once } from 'node:events'
import { createServer } from 'node:http'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Engine } from '../../docker/engine/engine'
import type { CandidateRun } from '../../run/evidence/candidate-run'
import type { Observation } from '../../run/observation'
import { branchOf, REPOSITORY } from '../../testing/run/told-run'
import { AgentLogs } from '../logs/agent-logs'
import { DockerEvidence } from './docker-evidence'
import { LogBudget } from '../logs/log-budget'

const closes: (() => void)[] = []
afterEach(() => {
  vi.restoreAllMocks()
  closes.splice(0).forEach(close => close())
})

const id = 'c0ffee'.repeat(11).slice(0, 64)
const began = Date.now() - 60_000
const state = { Status: 'running', Running: true, StartedAt: new Date(began + 2_000).toISOString() }

const ended = { ...state, Status: 'exited', Running: false, ExitCode: 0 }
/** The state of an agent that ended `ms` before now. */
const endedBefore = (ms: number) => ({ ...ended, FinishedAt: new Date(Date.now() - ms).toISOString() })

/** An Engine with one agent that has been at work for a minute, in the work tree `batch-a-1a2b3c_1`. */
function answer(path: string, state: { Status: string }): unknown {
  if (path.startsWith('/containers/json')) {
    return [
      { Id: id, Names: ['/ckrv-1'], Image: 'agent:7', State: state.Status, Created: Math.floor(began / 1000) + 2 },
    ]
  }
  return {
    Id: id,
    Name: '/ckrv-1',
    Created: new Date(began + 2_000).toISOString(),
    State: state,
    Config: { Image: 'agent:7' },
    Mounts: [{ Source: `${REPOSITORY}/.chakravarti/worktrees/batch-a-1a2b3c_1`, Destination: '/workspace' }],
  }
}

const run = (runId: string, branch: string | null = null): CandidateRun => ({
  ...{ runId, historyId: null, startedAt: began, endedAt: null },
  batches: [{ id: 'a', name: 'a', startedAt: began + 1_000, branch }],
})

/** The evidence of that Engine, for the given runs. `fails` gives the status with which some paths fail. */
async function evidenceFor(
  candidateRuns: CandidateRun[],
  fails: (path: string) => number | null = () => null,
  agent = state,
) {
  const asked: string[] = []
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    asked.push(path)
    const status = fails(path)
    if (status !== null) {
      response.statusCode = status
      response.end('{}')
      return
    }
    if (path.startsWith('/events') || path.includes('/logs')) response.flushHeaders()
    else response.end(path.startsWith('/_ping') ? 'OK' : JSON.stringify(answer(path, agent)))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const none = { opened: vi.fn(), appended: vi.fn(), rebuilt: vi.fn(), closed: vi.fn() }
  const told: [string, Observation][] = []
  const failures: unknown[] = []
  const stateChanged = vi.fn()
  const listed = vi.fn()
  const appeared = vi.fn()
  const reassigned = vi.fn()
  const runs = {
    candidateRuns: () => {
      reassigned()
      return candidateRuns
    },
    get: (runId: string) => ({
      isOver: true,
      view: () => ({ batches: [] }),
      observe: (observation: Observation) => void told.push([runId, observation]),
    }),
  }
  const engine = new Engine({ protocol: 'http', host: '127.0.0.1', port: address.port })
  const evidence = new DockerEvidence(engine, runs, new AgentLogs(new LogBudget(), none))
  const stopEngine = () => {
    server.closeAllConnections()
    server.close()
  }
  closes.push(() => evidence.close(), stopEngine)
  evidence.start({
    ...{ appeared, changed: stateChanged, listed, listChanged: () => undefined },
    odd: reason => void failures.push(reason),
    failed: error => void failures.push(error),
  })
  await vi.waitFor(() => expect(evidence.list()).toHaveLength(1))
  /** Sets the runs that are known from now on. */
  const knows = (...now: CandidateRun[]) => {
    candidateRuns.splice(0, candidateRuns.length, ...now)
    evidence.runsChanged()
  }
  const isRead = () => asked.some(path => path.includes('/logs'))
  return { evidence, isRead, told, failures, stateChanged, listed, appeared, reassigned, stopEngine, knows }
}

describe('an agent that may be several runs’', () => {
  it('[DOCK-4.24] [DOCK-4.27] [DOCK-4.35] is told to each as that, and is nobody’s alarm, until a branch tells whose it is', async () => {
    const { evidence, told, failures, stateChanged, knows } = await evidenceFor([run('r1'), run('r2')])
    await vi.waitFor(() => expect(evidence.ambiguous.get('r2')).toMatchObject([{ batchId: 'a', container: { id } }]))
    expect(evidence.ambiguous.get('r1')).toEqual(evidence.ambiguous.get('r2'))
    expect(evidence.ambiguous.get('r3')).toBeUndefined()
    expect(evidence.list()).toMatchObject([{ runId: null, batchId: 'a', stoppable: false }])
    expect(evidence.list()[0]?.reason).toContain('May belong to r1 or r2')
    expect(evidence.findings(Date.now() + 60_000)).toEqual([])
    expect(told).toEqual([])
    const before = stateChanged.mock.calls.length
    knows(run('r1'), run('r2', branchOf('a')))
    await vi.waitFor(() => expect(told).toMatchObject([['r2', { kind: 'container', batch: { id: 'a' } }]]))
    await vi.waitFor(() => expect(stateChanged.mock.calls.length).toBeGreaterThan(before))
    expect(evidence.ambiguous.size).toBe(0)
    expect(failures).toEqual([])
  })
})

describe('an agent that is told of before its batch', () => {
  const yet = (runId: string): CandidateRun => ({
    ...run(runId),
    batches: [{ id: 'a', name: 'a', startedAt: null, branch: null }],
  })

  it('[DOCK-4.2] is not given to a run before the other one has had time to tell', async () => {
    const { evidence, told } = await evidenceFor([run('r1'), yet('r2')])
    await vi.waitFor(() => expect(evidence.ambiguous.get('r2')).toMatchObject([{ batchId: 'a', container: { id } }]))
    expect(told).toEqual([])
    // No other event happens.
    await vi.waitFor(() => expect(told).toMatchObject([['r1', { batch: { id: 'a' } }]]), { timeout: 5_000 })
    expect(evidence.ambiguous.get('r2')).toBeUndefined()
  })

  it('[DOCK-4.2] is only ever shown with the run whose branch it is', async () => {
    const { evidence, told, knows } = await evidenceFor([run('r1'), yet('r2')])
    await vi.waitFor(() => expect(evidence.ambiguous.get('r2')).toHaveLength(1))
    knows(run('r1'), run('r2', branchOf('a')))
    await vi.waitFor(() => expect(told).toMatchObject([['r2', { batch: { id: 'a' } }]]))
    expect(told.map(([runId]) => runId)).not.toContain('r1')
  })
})

describe('an agent whose batch another run begins, too, without an agent of its own', () => {
  it('[DOCK-4.40] may belong to either once that one’s is overdue', async () => {
    const startedAt = began + 3_200
    const other: CandidateRun = {
      ...run('r2'),
      batches: [{ id: 'a', name: 'a', startedAt, branch: null }],
      // By the server's clock that batch began 4 s ago.
      clockOffset: Date.now() - 4_000 - startedAt,
    }
    const { evidence, told } = await evidenceFor([run('r1'), other])
    await vi.waitFor(() => expect(told).toMatchObject([['r1', { batch: { id: 'a' } }]]))
    expect(evidence.ambiguous.get('r2')).toBeUndefined()
    // No other event happens.
    await vi.waitFor(() => expect(evidence.ambiguous.get('r2')).toHaveLength(1), { timeout: 5_000 })
    expect(told.at(-1)).toMatchObject(['r1', { batch: null }])
  })
})

describe('an agent that fits no run', () => {
  it('[DOCK-3.23] is a finding after a while, and as of then while Docker can’t be reached', async () => {
    const { evidence, stopEngine } = await evidenceFor([])
    await vi.waitFor(() => expect(evidence.state.link).toBe('live'))
    expect(evidence.findings(Date.now())).toEqual([])
    const soon = Date.now() + 11_000
    expect(evidence.findings(soon)).toMatchObject([{ kind: 'unclaimed', batchId: 'a', containerId: id }])
    const now = Date.now
    vi.spyOn(Date, 'now').mockImplementation(() => now() + 11_000)
    stopEngine()
    await vi.waitFor(() => expect(evidence.state.link).toBe('down'), { timeout: 10_000 })
    const { lastLiveAt = NaN } = evidence.state
    const [found] = evidence.findings(soon + 60_000)
    expect(found).toMatchObject({ kind: 'unclaimed', knownAt: new Date(lastLiveAt).toISOString() })
  })

  it('[DOCK-3.23] is none that became old enough only while Docker could not be reached', async () => {
    const { evidence, stopEngine } = await evidenceFor([])
    await vi.waitFor(() => expect(evidence.state.link).toBe('live'))
    stopEngine()
    await vi.waitFor(() => expect(evidence.state.link).toBe('down'), { timeout: 10_000 })
    expect(evidence.findings(Date.now() + 60_000)).toEqual([])
  })
})

describe('an agent of a run that is over', () => {
  it.each([
    [500, 'refused'],
    [404, 'not-found'],
  ])('[SAFE-2.33] is not stopped where the Engine says no: HTTP %i', async (status, code) => {
    const { evidence } = await evidenceFor([run('r1')], path => (path.includes('/stop') ? status : null))
    await vi.waitFor(() => expect(evidence.list()).toMatchObject([{ runId: 'r1', stoppable: true }]))
    await expect(evidence.stop(id)).rejects.toMatchObject({ code })
  })
})

describe('an agent that could not be inspected at first', () => {
  it('[RUN-13] [SAFE-2.33] has appeared once it can be', async () => {
    let isReadable = false
    const { evidence, appeared } = await evidenceFor([], path => (isReadable || !path.endsWith('/json') ? null : 500))
    expect([evidence.list()[0]?.role, appeared.mock.calls.length]).toEqual(['other', 0])
    isReadable = true
    await expect(evidence.stop(id)).rejects.toMatchObject({ code: 'forbidden' })
    expect([evidence.list()[0]?.role, appeared.mock.calls.length]).toEqual(['batch', 1])
  })
})

describe('what an agent printed', () => {
  it('[DOCK-8] is read at once where the agent has only just ended', async () => {
    const { isRead } = await evidenceFor([], undefined, endedBefore(5_000))
    await vi.waitFor(() => expect(isRead()).toBe(true))
  })

  it('[DOCK-8] is read only for a run where the agent ended long before it was seen', async () => {
    const { isRead, listed, knows, told } = await evidenceFor([], undefined, endedBefore(3_600_000))
    await vi.waitFor(() => expect(listed).toHaveBeenCalled())
    expect(isRead()).toBe(false)
    knows(run('r1'))
    await vi.waitFor(() => expect(told).toHaveLength(1))
    await vi.waitFor(() => expect(isRead()).toBe(true))
  })
})

describe('reassigning containers', () => {
  it('[DOCK-4] takes a fifth of the time at most, however often and however much there is to reassign', async () => {
    const { reassigned, knows } = await evidenceFor([run('r1')])
    const began: number[] = []
    reassigned.mockImplementation(() => {
      began.push(performance.now())
      while (performance.now() - (began.at(-1) ?? 0) < 20);
    })
    await vi.waitFor(
      () => {
        knows(run('r1'))
        expect(began.length).toBeGreaterThan(3)
      },
      { timeout: 5_000, interval: 5 },
    )
    const gaps = began.slice(1).map((at, index) => at - (began[index] ?? 0))
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(99)
  })
})
