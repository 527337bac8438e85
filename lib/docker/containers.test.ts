import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ContainerFacts } from '../run/evidence/container-facts'
import type { ContainerState } from '../run/evidence/container-state'
import type { EngineEvent, Inspection, Listed } from './engine/answers'
import { Containers } from './containers'
import { eventOf, idOf, inspectionOf, listedOf } from '../testing/docker/fixtures'

/** An Engine of a few containers that reports its state as the real one does. */
class FakeEngine {
  now = 1_000_000
  readonly #containers = new Map<string, Inspection>()
  /** Ids that were used. No id is used twice. */
  readonly #used = new Set<string>()

  /**
   * Does the action if it is possible now, and returns its events. `update`: the container dies and waits for its restart,
   * by its policy; `restart`: a start fails, which sends no event.
   */
  act(id: string, action: EngineEvent['action']): EngineEvent[] {
    const found = this.#containers.get(id)
    const change = (state: ContainerState, more: Partial<Inspection> = {}) =>
      void this.#containers.set(id, { ...inspectionOf(id), ...found, state, ...more })
    const running = found?.state === 'running'
    if (action === 'create' && !this.#used.has(id)) {
      this.#used.add(id)
      change('created', { createdAt: this.now })
    } else if (action === 'start' && found !== undefined && !running && found.state !== 'paused') {
      const restarts = found.state === 'restarting' ? found.restarts + 1 : 0
      const begun = { exitCode: 0, oomKilled: false, error: null, health: null }
      change('running', { ...begun, startedAt: this.now, finishedAt: null, restarts })
    } else if (action === 'die' && running) change('exited', { finishedAt: this.now, exitCode: (this.now % 5) + 1 })
    else if (action === 'update' && running) {
      change('restarting', { finishedAt: this.now, exitCode: (this.now % 5) + 1 })
      return [eventOf(id, 'die', this.now + 1, { exitCode: (this.now % 5) + 1 })]
    } else if (action === 'stop' && found?.state === 'restarting') change('exited')
    else if (action === 'restart' && found?.state === 'created') {
      change('created', { exitCode: 127, error: 'no such file' })
      return []
    } else if (action === 'health_status' && running) {
      const health = this.now % 2 === 0 ? 'healthy' : 'unhealthy'
      change('running', { health })
      return [eventOf(id, action, this.now + 1, { health })]
    } else if (action === 'oom' && running) change('running', { oomKilled: true })
    else if (action === 'pause' && running) change('paused')
    else if (action === 'unpause' && found?.state === 'paused') change('running')
    else if (action === 'destroy' && found !== undefined && !running) this.#containers.delete(id)
    else return []
    const exitCode = action === 'die' ? (this.now % 5) + 1 : null
    return [eventOf(id, action, this.now + 1, { exitCode })]
  }

  inspect = (id: string): Inspection | null => this.#containers.get(id) ?? null

  list(): Listed[] {
    return [...this.#containers.values()].sort((a, b) => b.createdAt - a.createdAt).map(listing)
  }
}

const listing = ({ id, state, createdAt }: Inspection) => listedOf(id, { state, createdAt })

/** Answers every inspection that `containers` wants. */
function inspectAll(containers: Containers, engine: Pick<FakeEngine, 'inspect' | 'now'>): void {
  for (let id = containers.nextWanted(); id !== null; id = containers.nextWanted()) {
    containers.inspection(id, engine.inspect(id), containers.ask(id), engine.now)
  }
}

const truth = (inspection: Inspection) => {
  const { id, state, startedAt, finishedAt, oomKilled, exitCode, createdAt, error, restarts, health } = inspection
  const startFailed = state === 'created' && error !== null
  return {
    ...{ id, state, startedAt, oomKilled, createdAt, error, startFailed, restarts, removed: false },
    finishedAt: state === 'exited' ? finishedAt : null,
    exitCode: state === 'exited' || startFailed ? exitCode : null,
    health: state === 'exited' ? null : health,
  }
}

const known = (facts: ContainerFacts) => {
  const { id, state, startedAt, finishedAt, oomKilled, exitCode, createdAt, removed, error, startFailed } = facts
  return {
    ...{ id, state, startedAt, oomKilled, createdAt, finishedAt, exitCode, removed, error, startFailed },
    restarts: facts.restarted?.count ?? 0,
    health: facts.health,
  }
}

const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1)

/**
 * The action at one step, and the delivery of its events: each copy arrives after its number of steps; no copies: the
 * events are lost.
 */
const step = fc.record({
  container: fc.integer({ min: 1, max: 3 }),
  action: fc.constantFrom<EngineEvent['action'][]>(
    'create',
    'start',
    'start',
    'die',
    'die',
    'oom',
    'pause',
    'unpause',
    'update',
    'stop',
    'restart',
    'health_status',
    'destroy',
  ),
  takes: fc.integer({ min: 2_100, max: 4_000 }),
  copies: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }),
  /** A request. The Engine answers it `answeredAfter` steps later, and the answer arrives `comesAfter` steps after that. */
  question: fc.option(
    fc.record({
      of: fc.constantFrom('list', 'inspection'),
      answeredAfter: fc.integer({ min: 0, max: 3 }),
      comesAfter: fc.integer({ min: 0, max: 3 }),
    }),
  ),
})

describe('[DOCK-1] events, lists and inspections', () => {
  it(
    '[DOCK-1.8] end in what the Engine has, however they were doubled, lost, late and mixed, once a list has come',
    { timeout: 60_000 },
    () => {
      fc.assert(
        fc.property(fc.array(step, { maxLength: 60 }), steps => {
          const engine = new FakeEngine()
          const containers = new Containers()
          const later = new Map<number, (() => void)[]>()
          const plan = (at: number, act: () => void) => void later.set(at, [...(later.get(at) ?? []), act])
          const last = new Map<string, ContainerFacts>()
          const tell = () => {
            for (const facts of containers.takeChanged()) last.set(facts.id, facts)
          }
          steps.forEach(({ container, action, takes, copies, question }, now) => {
            const id = idOf(container)
            engine.now += takes
            for (const event of engine.act(id, action)) {
              for (const delay of copies) plan(now + delay, () => containers.event(event, engine.now))
            }
            if (question !== null) {
              const { of, answeredAfter, comesAfter } = question
              const mark = of === 'list' ? containers.mark() : containers.ask(id)
              plan(now + answeredAfter, () => {
                const [list, inspection] = [engine.list(), engine.inspect(id)]
                plan(now + answeredAfter + comesAfter, () => {
                  if (of === 'list') containers.list(list, mark, engine.now)
                  else containers.inspection(id, inspection, mark, engine.now)
                })
              })
            }
            for (let acts = later.get(now); acts !== undefined; acts = later.get(now)) {
              later.delete(now)
              acts.forEach(act => act())
            }
            tell()
          })
          for (let at = steps.length; at < steps.length + 12; at++) {
            for (const act of later.get(at) ?? []) act()
          }
          containers.gap()
          containers.list(engine.list(), containers.mark(), engine.now)
          inspectAll(containers, engine)
          tell()
          const expected = engine
            .list()
            .flatMap(({ id }) => engine.inspect(id) ?? [])
            .map(truth)
            .sort(byId)
          expect(containers.existing().map(known).sort(byId)).toEqual(expected)
          for (const facts of last.values()) {
            expect(facts).toEqual(containers.known(facts.id))
            expect(facts.removed).toBe(engine.inspect(facts.id) === null)
          }
        }),
        { numRuns: 1_000 },
      )
    },
  )

  it(
    '[DOCK-1.8] need no list where every event comes, in order, however late the answers to questions are',
    { timeout: 60_000 },
    () => {
      const pace = fc.record({ step, delivered: fc.integer({ min: 0, max: 3 }), repeated: fc.option(fc.nat()) })
      const wait = fc.integer({ min: 0, max: 4 })
      fc.assert(
        fc.property(
          fc.array(pace, { maxLength: 60 }),
          fc.array(fc.tuple(wait, wait), { minLength: 1 }),
          (paces, waits) => {
            const engine = new FakeEngine()
            const containers = new Containers()
            const told: EngineEvent[] = []
            let delivered = 0
            const deliver = (event: EngineEvent | undefined) =>
              event !== undefined && containers.event(event, engine.now)
            const later: { at: number; act: () => void }[] = []
            let now = 0
            let asked = 0
            const actUntil = (moment: number) => {
              for (let next = later.findIndex(({ at }) => at <= moment); next >= 0;) {
                later.splice(next, 1).forEach(({ act }) => act())
                next = later.findIndex(({ at }) => at <= moment)
              }
            }
            const ask = <T>(question: () => T, answer: (found: T) => void) => {
              const [answeredAfter, comesAfter] = waits[asked++ % waits.length]!
              const act = () => {
                const found = question()
                later.push({ at: now + comesAfter, act: () => answer(found) })
              }
              later.push({ at: now + answeredAfter, act })
            }
            const askWanted = () => {
              for (let id = containers.nextWanted(); id !== null; id = containers.nextWanted()) {
                const [of, mark] = [id, containers.ask(id)]
                ask(
                  () => engine.inspect(of),
                  found => containers.inspection(of, found, mark, engine.now),
                )
              }
            }
            for (const { step, delivered: some, repeated } of paces) {
              now++
              engine.now += step.takes
              // A failed start sends no event. Only a list shows it.
              if (step.action !== 'restart') told.push(...engine.act(idOf(step.container), step.action))
              const mark = step.question?.of === 'list' ? containers.mark() : null
              if (mark !== null) {
                ask(
                  () => engine.list(),
                  found => containers.list(found, mark, engine.now),
                )
              }
              for (const event of told.slice(delivered, (delivered = Math.min(delivered + some, told.length))))
                deliver(event)
              if (repeated !== null && delivered > 0) deliver(told[repeated % delivered])
              actUntil(now)
              askWanted()
            }
            for (const event of told.slice(delivered)) deliver(event)
            for (const end = now + 20; now < end; now++) {
              askWanted()
              actUntil(now)
            }
            const expected = engine
              .list()
              .flatMap(({ id }) => engine.inspect(id) ?? [])
              .map(truth)
              .sort(byId)
            expect(containers.existing().map(known).sort(byId)).toEqual(expected)
          },
        ),
        { numRuns: 1_000 },
      )
    },
  )

  it('[DOCK-1.11] of what is no agent’s are not kept, but a label makes it one', () => {
    const containers = new Containers()
    containers.event(eventOf(idOf(1), 'create', 5, { name: 'database' }), 1)
    containers.inspection(idOf(2), inspectionOf(idOf(2), { name: 'database' }), containers.ask(idOf(2)), 1)
    const labels = { runId: 'run', batchId: null }
    containers.event(eventOf(idOf(3), 'create', 5, { name: 'labelled', labels }), 1)
    expect([1, 2, 3].map(n => containers.known(idOf(n))?.marks.runId)).toEqual([undefined, undefined, 'run'])
  })

  it('[DOCK-1.7] [DOCK-1.14] change nothing when they come again', () => {
    const containers = new Containers()
    const id = idOf(1)
    const events = (['create', 'start', 'pause', 'unpause'] as const).map((action, n) => eventOf(id, action, 5_000 + n))
    for (const event of events) containers.event(event, 1)
    inspectAll(containers, { now: 2, inspect: () => inspectionOf(id, { state: 'running', startedAt: 5_001 }) })
    containers.takeChanged()
    for (const event of events) containers.event(event, 3)
    expect([containers.takeChanged(), containers.nextWanted(), containers.known(id)?.state]).toEqual([
      [],
      null,
      'running',
    ])
  })

  it('[DOCK-1.5] [DOCK-5.57] are asked about again where a list shows another state, or after a gap', () => {
    const containers = new Containers()
    const id = idOf(1)
    const list = (state: ContainerState) => containers.list([listedOf(id, { state })], containers.mark(), 1)
    const answer = (state: ContainerState) =>
      inspectAll(containers, { now: 2, inspect: () => inspectionOf(id, { state }) })
    expect(list('created')).toEqual([id])
    answer('created')
    expect(list('created')).toEqual([])
    expect(list('exited')).toEqual([id])
    answer('exited')
    expect(list('exited')).toEqual([])
    containers.gap()
    expect(list('exited')).toEqual([id])
    answer('exited')
    containers.list([], containers.mark(), 3)
    expect(containers.known(id)?.removed).toBe(true)
    expect(list('exited')).toEqual([id])
    answer('exited')
    expect(containers.known(id)?.removed).toBe(false)
  })

  it('[DOCK-9.2] [DOCK-9.14] ask again about one that has not started, for a failed start sends no event', () => {
    const containers = new Containers()
    const id = idOf(1)
    const list = (now: number) => containers.list([listedOf(id)], containers.mark(), now)
    const answer = (now: number, more: Partial<Inspection> = {}) =>
      inspectAll(containers, { now, inspect: () => inspectionOf(id, more) })
    containers.event(eventOf(id, 'create', 5), 5)
    answer(5)
    expect(list(999)).toEqual([])
    expect(list(1_010)).toEqual([id])
    answer(1_011)
    expect(list(11_000)).toEqual([id])
    answer(11_001, { exitCode: 127, error: 'no such file' })
    expect(containers.known(id)).toMatchObject({ state: 'created', startFailed: true, exitCode: 127 })
    expect(list(21_000)).toEqual([])
  })

  it('[DOCK-9.14] [SAFE-5] ask again about the newest 100 of those, for ten minutes', () => {
    const containers = new Containers()
    const entries = Array.from({ length: 300 }, (_, n) => listedOf(idOf(300 - n), { createdAt: 300 - n }))
    const list = (now: number) => containers.list(entries, containers.mark(), now)
    list(0)
    inspectAll(containers, { now: 0, inspect: id => inspectionOf(id) })
    expect(list(10_000)).toEqual(entries.slice(0, 100).map(({ id }) => id))
    inspectAll(containers, { now: 10_000, inspect: id => inspectionOf(id) })
    expect(list(599_999)).toHaveLength(100)
    inspectAll(containers, { now: 599_999, inspect: id => inspectionOf(id) })
    expect(list(600_000)).toEqual([])
  })

  it.each(['create', 'start', 'die', 'stop', 'restart', 'update', 'health_status'] as const)(
    '[DOCK-5.51] [DOCK-9.17] ask about a container after its event %s',
    action => {
      const containers = new Containers()
      containers.event(eventOf(idOf(1), action, 5), 5)
      expect(containers.nextWanted()).toBe(idOf(1))
    },
  )

  it('[DOCK-9.10] ask again where a list has another word for a state that is not known', () => {
    const containers = new Containers()
    const id = idOf(1)
    const odd = { state: 'running', stateWord: 'hibernating' } as const
    containers.list([listedOf(id, odd)], containers.mark(), 1)
    inspectAll(containers, { now: 2, inspect: () => inspectionOf(id, odd) })
    expect(containers.list([listedOf(id, odd)], containers.mark(), 3)).toEqual([])
    expect(containers.list([listedOf(id, { state: 'running' })], containers.mark(), 4)).toEqual([id])
  })

  it('[DOCK-1.3] [DOCK-1.9] are not forgotten for a list or an inspection that was asked for before them', () => {
    const containers = new Containers()
    const id = idOf(1)
    containers.event(eventOf(id, 'create', 5_000), 1)
    const [listAsked, asked] = [containers.mark(), containers.ask(id)]
    containers.event(eventOf(id, 'start', 6_000), 2)
    containers.list([listedOf(id)], listAsked, 3)
    containers.inspection(id, inspectionOf(id), asked, 4)
    expect(containers.known(id)?.state).toBe('running')
    containers.list([], listAsked, 5)
    expect(containers.known(id)?.removed).toBe(false)
  })

  it('[DOCK-1.12] [DOCK-1.13] [DOCK-1.14] are told once the container was inspected, and then at once', () => {
    const containers = new Containers()
    const id = idOf(1)
    containers.event(eventOf(id, 'create', 5_000), 1)
    expect(containers.takeChanged()).toEqual([])
    expect(containers.nextWanted()).toBe(id)
    const mark = containers.ask(id)
    expect(containers.takeChanged()).toEqual([])
    containers.inspection(id, inspectionOf(id), mark, 2)
    expect(containers.takeChanged()).toHaveLength(1)
    expect(containers.takeChanged()).toEqual([])
    containers.event(eventOf(id, 'start', 6_000), 3)
    expect(containers.takeChanged()).toMatchObject([{ state: 'running', seenRunningAt: 3 }])
  })

  it('[DOCK-1.12] are told without an inspection where none succeeds', () => {
    const containers = new Containers()
    const id = idOf(1)
    containers.event(eventOf(id, 'start', 5_000), 1)
    expect(containers.nextWanted()).toBe(id)
    containers.ask(id)
    containers.unanswered(id)
    expect(containers.takeChanged()).toMatchObject([{ id, state: 'running', role: 'other' }])
    containers.list([listedOf(id, { state: 'running' })], containers.mark(), 2)
    expect(containers.nextWanted()).toBe(id)
  })
})

describe('[DOCK-5] what was learned of a container', () => {
  it('[DOCK-5.52] [DOCK-5.58] outlives it, however short its life', () => {
    const containers = new Containers()
    const id = idOf(1)
    containers.event(eventOf(id, 'create', 5_000), 1)
    containers.event(eventOf(id, 'start', 6_000), 2)
    containers.event(eventOf(id, 'die', 7_000, { exitCode: 3 }), 3)
    containers.event(eventOf(id, 'destroy', 8_000), 4)
    expect(containers.nextWanted()).toBeNull()
    const times = { createdAt: 5_000, startedAt: 6_000, finishedAt: 7_000, seenRunningAt: 2, seenEndedAt: 3 }
    expect(containers.takeChanged()).toMatchObject([{ state: 'exited', exitCode: 3, removed: true, ...times }])
    expect(containers.existing()).toEqual([])
  })

  it('[DOCK-5.54] [DOCK-5.57] of one that vanished unseen is no exit code', () => {
    const containers = new Containers()
    const id = idOf(1)
    containers.list([listedOf(id, { state: 'running' })], containers.mark(), 1)
    inspectAll(containers, { now: 2, inspect: () => inspectionOf(id, { state: 'running', startedAt: 1_500 }) })
    containers.list([], containers.mark(), 3)
    expect(containers.known(id)).toMatchObject({ state: 'running', removed: true, exitCode: null, seenEndedAt: 3 })
  })

  it(
    '[SAFE-5.93] [DOCK-1.18] is kept of 1,000 removed ones, and of 5,000 at all: the oldest removed ones go first',
    { timeout: 60_000 },
    () => {
      const containers = new Containers()
      for (let n = 1; n <= 1_002; n++) {
        containers.event(eventOf(idOf(n), 'create', n), n)
        containers.event(eventOf(idOf(n), 'destroy', n + 1), n)
      }
      expect([1, 2, 3, 1_002].map(n => containers.known(idOf(n)) !== null)).toEqual([false, false, true, true])
      const list = Array.from({ length: 6_000 }, (_, n) => listedOf(idOf(10_000 - n), { createdAt: 10_000 - n }))
      containers.list(list, containers.mark(), 1)
      expect(containers.existing()).toHaveLength(0)
      inspectAll(containers, { now: 2, inspect: id => inspectionOf(id, { createdAt: Number(`0x${id}`) }) })
      expect(containers.existing()).toHaveLength(5_000)
      expect([5_000, 5_001, 10_000].map(n => containers.known(idOf(n)) !== null)).toEqual([false, true, true])
      expect(containers.known(idOf(1_002))).toBeNull()
      containers.takeChanged()
      // The next list does not bring back forgotten containers, and a new container takes the place of the oldest.
      containers.list(list, containers.mark(), 3)
      expect(containers.nextWanted()).toBeNull()
      expect(containers.takeChanged()).toEqual([])
      containers.event(eventOf(idOf(20_000), 'create', 20_000), 4)
      expect([5_001, 5_002, 20_000].map(n => containers.known(idOf(n)) !== null)).toEqual([false, true, true])
    },
  )

  it('[REC-7.10] [REC-7.11] of one that an earlier process knew is as old as it is, until a list or an inspection tells what became of it', () => {
    const facts = (n: number) => {
      const containers = new Containers()
      containers.event(eventOf(idOf(n), 'create', 1), 1)
      containers.event(eventOf(idOf(n), 'start', 2), 2)
      inspectAll(containers, { now: 3, inspect: id => inspectionOf(id, { state: 'running', startedAt: 2 }) })
      return containers.known(idOf(n))!
    }
    const containers = new Containers()
    for (const n of [1, 2]) containers.restore(facts(n))
    expect(containers.takeChanged()).toEqual([])
    expect(containers.list([listedOf(idOf(1), { state: 'running' })], containers.mark(), 9)).toEqual([idOf(1)])
    expect(containers.takeChanged()).toMatchObject([{ id: idOf(2), state: 'running', removed: true, seenEndedAt: 9 }])
    inspectAll(containers, { now: 9, inspect: id => inspectionOf(id, { state: 'running', startedAt: 2 }) })
    // Reported even without a change: the reader of its output must start.
    expect(containers.takeChanged()).toMatchObject([{ id: idOf(1), state: 'running', removed: false }])
  })

  it('[REC-7.11] [DOCK-5.52] of one that was gone by then stands, also where its events are repeated', () => {
    const events = [
      eventOf(idOf(1), 'create', 1),
      eventOf(idOf(1), 'start', 2),
      eventOf(idOf(1), 'die', 4, { exitCode: 3 }),
      eventOf(idOf(1), 'destroy', 5),
    ]
    const before = new Containers()
    for (const event of events.slice(0, 2)) before.event(event, 1)
    inspectAll(before, { now: 3, inspect: id => inspectionOf(id, { state: 'running', startedAt: 2 }) })
    for (const event of events.slice(2)) before.event(event, 5)
    const facts = before.known(idOf(1))
    expect(facts).toMatchObject({ exitCode: 3, removed: true })
    for (const repeated of [events, events.slice(2), events.slice(3)]) {
      const containers = new Containers()
      containers.restore(facts!)
      for (const event of repeated) containers.event(event, 9)
      expect(containers.known(idOf(1))).toEqual(facts)
      expect(containers.existing()).toEqual([])
    }
  })

  it('[DOCK-2.51] names the image of the latest agent', () => {
    const containers = new Containers()
    expect(containers.latestImage()).toBeNull()
    const labels = { runId: 'run', batchId: 'batch' }
    containers.event(eventOf(idOf(1), 'create', 2, { image: 'newer', labels }), 1)
    containers.event(eventOf(idOf(2), 'create', 1, { image: 'older', labels }), 1)
    containers.event(eventOf(idOf(3), 'create', 3, { image: 'of no batch' }), 1)
    expect(containers.latestImage()).toBe('newer')
  })
})
