import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ClockStep, Observation, MessageClaim } from '../../run/observation'
import { failed, START, status } from '../../testing/run/told-run'
import { LogBudget } from '../logs/log-budget'
import { RunState, type StateHost } from './run-state'

const T0 = Date.parse('2026-01-15T14:00:00Z')

beforeEach(() => {
  vi.useFakeTimers({ now: T0, toFake: ['setTimeout', 'clearTimeout', 'Date'] })
})
afterEach(() => {
  vi.useRealTimers()
})

const host = {
  origin: { backend: 'http://backend.test' },
  logs: new LogBudget(),
  links: () => ({
    backend: { link: 'live', since: T0 },
    docker: { link: 'off', since: T0, lists: [], imageMissing: false },
    undecided: [],
  }),
  pages: {
    ...{ changed: vi.fn(), logChanged: vi.fn(), replaced: vi.fn() },
    ...{ mergedChanged: vi.fn(), mergedRenumbered: vi.fn() },
  },
  ...{ heard: vi.fn(), record: vi.fn(), updated: vi.fn() },
  failed: (_, error) => {
    throw error
  },
} satisfies StateHost

/** A run that its history ends in 5 s, unless the stream says otherwise [RUN-8]. */
function aboutToEnd(): RunState {
  const state = new RunState('r1', host, '001-todo')
  const time = { ms: T0, ns: 0 }
  const start: Observation = {
    ...{ kind: 'message', connection: 1, index: 0, id: 'start', at: T0, time, live: false },
    ...{ says: { kind: 'start', spec: '001-todo' }, stream: 'stdout', text: '' },
  }
  const entry: Observation = {
    ...{ kind: 'history', at: T0, id: 'entry', status: 'completed', dryRun: false, startedAt: T0, endedAt: T0 + 1 },
    ...{ error: null, batches: [] },
  }
  for (const observation of [start, entry]) state.observe(observation)
  expect(state.current.view.status).toBe('starting')
  vi.advanceTimersByTime(4_990)
  host.updated.mockClear()
  return state
}

describe('[RUN-8.15] a plan whose file is caught half written', () => {
  const batches = ['a', 'b', 'c'].map(id => ({
    ...{ id, name: id.toUpperCase(), dependsOn: [], completed: false, running: false, branch: null },
  }))
  const [a, , c] = batches
  if (!a || !c) throw new Error('no batches')
  const totalsAfter = (...plans: (typeof batches)[]) => {
    const state = new RunState('r1', host, '001-todo')
    return plans.map(batches => {
      state.observePlan({ spec: '001-todo', batches, shared: false })
      state.update()
      return state.current.view.counts.total
    })
  }

  it('is not believed before it was read twice in a row', () => {
    const cut = [a, { ...c, id: 'b', name: 'B' }].slice(0, 1)
    expect(totalsAfter(batches, cut, batches, cut, [], cut, cut)).toEqual([3, 3, 3, 3, 3, 3, 1])
    // A different incomplete plan each time.
    expect(totalsAfter(batches, cut, [c], cut, [c])).toEqual([3, 3, 3, 3, 3])
    // An id may be cut off as well, and then names a batch that does not exist.
    expect(totalsAfter(batches, [a, { ...c, id: 'bb' }], batches)).toEqual([3, 3, 3])
  })

  it('[RUN-8.28] is believed where it lacks nothing, and until more is read', () => {
    expect(totalsAfter([a], batches, [...batches, { ...c, id: 'd' }])).toEqual([1, 3, 4])
  })
})

describe('a run whose backend’s clock was set', () => {
  it('[RUN-16.20] keeps the stamps of its log lines as they came', () => {
    const state = new RunState('r1', host, '001-todo')
    const say = (index: number, ms: number, says: MessageClaim, clock?: ClockStep): Observation => ({
      ...{ kind: 'message', connection: 1, index, id: `m${index}`, at: T0 + index, time: { ms, ns: 0 }, live: false },
      ...{ says, stream: 'stdout', text: 'x', ...(clock && { clock }) },
    })
    const place = { id: 'm1', from: 1, since: 1, until: 1, stamp: T0 - 60_000 }
    state.observe(say(0, T0, START), true)
    state.observe(
      say(1, T0 - 60_000, status('a', 'running'), { ...place, correction: 61_000, basis: 'measured' }),
      true,
    )
    expect(state.log.tail(Infinity).map(({ at }) => at)).toEqual(
      [T0, T0 - 60_000].map(ms => new Date(ms).toISOString()),
    )
    state.update()
    expect(state.current.view.batches).toMatchObject([{ startedAt: new Date(T0 + 1_000).toISOString() }])
  })
})

describe('a run that its backend does not know', () => {
  it('[RUN-4.22] [RUN-11] existed where its stop was accepted, though nothing was ever heard of it', () => {
    const [never, stopped] = ['r1', 'r2'].map(id => new RunState(id, host, null))
    stopped?.observe({ kind: 'stop', at: T0 })
    for (const state of [never, stopped]) state?.observe({ kind: 'unknown-run', at: T0 + 1, connection: 1 })
    stopped?.update()
    expect([never?.neverExisted, stopped?.neverExisted]).toEqual([true, false])
    expect(stopped?.current.view).toMatchObject({ status: 'aborted', inferred: true })
  })
})

describe('what only the passing of time tells', () => {
  it('[REC-3.1] [RUN-4] [REC-3] [RUN-4.1] is recorded before anybody sees it', () => {
    const state = new RunState('r1', host, '001-todo')
    const say = (id: string, says: MessageClaim): Observation => ({
      ...{ kind: 'message', connection: 1, index: 0, id, at: T0, time: { ms: T0, ns: 0 }, live: false, says },
      ...{ stream: 'stderr', text: '' },
    })
    state.observe({ kind: 'opened', at: T0, connection: 1 })
    for (const says of [START, status('a', 'running'), failed('Task failed')]) state.observe(say(says.kind, says))
    vi.setSystemTime(T0 + 60_000)
    host.record.mockClear()
    expect(state.current.view.status).not.toBe('failed')
    state.update()
    expect(state.current.view.status).toBe('failed')
    const observation = { kind: 'silent', at: T0 + 60_000 }
    expect(host.record.mock.calls).toEqual([[state, { kind: 'observed', fresh: false, observation }, true]])
  })
})

describe('what the passing of time alone changes', () => {
  it('[SYNC-4.1] is told as soon as it is so', () => {
    const state = aboutToEnd()
    vi.advanceTimersByTime(20)
    expect(host.updated).toHaveBeenCalledExactlyOnceWith(state, state.current)
    expect(state.current.view.status).toBe('completed')
  })

  it('[SYNC-4.1] is told once, whoever reads the run at that very moment', () => {
    const state = aboutToEnd()
    vi.setSystemTime(T0 + 5_000)
    expect([state.current.view.status, state.view().fields.status, state.isOver]).toEqual([
      'starting',
      'starting',
      false,
    ])
    expect(host.updated).not.toHaveBeenCalled()
    vi.advanceTimersByTime(20)
    expect(host.updated).toHaveBeenCalledExactlyOnceWith(state, state.current)
    expect([state.current.view.status, state.view().fields.status, state.isOver]).toEqual([
      'completed',
      'completed',
      true,
    ])
  })

  it('[SYNC-9.1] is told of no run that is closed', () => {
    const state = aboutToEnd()
    state.close()
    vi.advanceTimersByTime(10_000)
    state.update()
    expect(host.updated).not.toHaveBeenCalled()
  })
})
