import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { growthOf } from '../testing/support/growth'
import {
  ABORT,
  agent,
  batchError,
  branchOf,
  COMPLETED,
  completedBy,
  FAILED,
  failed,
  LINE,
  REMARK,
  RUNNING,
  SECOND,
  spawning,
  START,
  status,
  T0,
  Told,
} from '../testing/run/told-run'

const iso = (ms: number) => new Date(ms).toISOString()

it('[FLEET-3.1] names the first four batches at work, in plan order, while there are any', () => {
  const told = new Told(['a', 'b', 'c', 'd', 'e', 'f'])
  told.say(START)
  expect(told.view.atWork).toBeUndefined()
  for (const id of ['f', 'e', 'd', 'c', 'b']) told.say(status(id, 'running'))
  expect(told.view.atWork).toEqual(['b', 'c', 'd', 'e'])
  for (const id of ['b', 'c', 'd', 'e', 'f']) told.say(completedBy(id))
  expect(told.view.atWork).toBeUndefined()
})

describe('the status', () => {
  it('[RUN-7.4] [RUN-7.5] [RUN-7.6] is idle, then starting, then running', () => {
    const told = new Told(['a'])
    expect(told.view).toMatchObject({ status: 'idle', startedAt: null, endedAt: null, error: null, inferred: false })
    told.say(START)
    expect(told.view.status).toBe('starting')
    told.say(RUNNING)
    expect(told.view.status).toBe('running')
  })

  it('[RUN-7.5] is starting once a start of ours is accepted', () => {
    const told = new Told(['a'])
    told.observe({ kind: 'accepted', at: T0, spec: '002-other', dryRun: true })
    expect(told.view).toMatchObject({ status: 'starting', startedAt: null, spec: '002-other', dryRun: true })
  })

  it.each([
    ['starts', spawning('a')],
    ['runs', status('a', 'running')],
    ['completes: its start was lost', completedBy('a')],
  ])('[RUN-7.6] is running once a batch %s', (_, says) => {
    const told = new Told(['a'])
    told.say(START)
    told.say(says)
    expect(told.view.status).toBe('running')
  })

  it('[RUN-7.6] [RUN-8] is not running for batches completed before', () => {
    const told = new Told([{ id: 'a', name: 'a', completed: true }, 'b'])
    told.say(START)
    told.say({ kind: 'resuming', count: 1 })
    expect(told.view).toMatchObject({ status: 'starting', counts: { completed: 1 } })
  })
})

describe('the times', () => {
  it.each([
    ['start', [START, RUNNING, status('a', 'running')]],
    ['status running', [REMARK, RUNNING, START]],
    ['the first batch', [LINE, status('a', 'running'), status('b', 'running')]],
  ])('[RUN-7.7] begin with the earliest of start, status running and the first batch: %s', (_, all) => {
    const told = new Told(['a', 'b'])
    for (const says of all) told.say(says)
    expect(told.view.startedAt).toBe(iso(T0 + (all[0] === START ? 1 : 2) * SECOND))
  })

  it('[RUN-7.3] are the backend’s, not those of receipt', () => {
    const told = new Told()
    const first = told.say(START, { time: { ms: T0 - 600 * SECOND, ns: 0 } })
    told.say(COMPLETED, { time: { ms: T0 - 10 * SECOND, ns: 0 } })
    expect(told.view).toMatchObject({ startedAt: iso(T0 - 600 * SECOND), endedAt: iso(T0 - 10 * SECOND) })
    told
      .wait(60 * SECOND)
      .close()
      .open()
      .replay(first)
    expect(told.view.startedAt).toBe(iso(T0 - 600 * SECOND))
  })

  it('[RUN-7.7] never move to a later moment, whatever comes', { timeout: 60_000 }, () => {
    const anything = fc.constantFrom(START, RUNNING, LINE, REMARK, status('a', 'running'), status('b', 'completed'))
    fc.assert(
      fc.property(fc.array(fc.tuple(anything, fc.nat(100)), { minLength: 1 }), story => {
        const told = new Told(['a', 'b'])
        let begun = Infinity
        for (const [says, seconds] of story) {
          told.say(says, { time: { ms: T0 + seconds * SECOND, ns: 0 }, index: 1 })
          const { startedAt } = told.view
          if (begun !== Infinity) expect(startedAt).not.toBeNull()
          const now = startedAt === null ? Infinity : Date.parse(startedAt)
          expect(now).toBeLessThanOrEqual(begun)
          begun = now
        }
      }),
    )
  })
})

describe('counts', () => {
  it(
    '[RUN-1.2] [RUN-1.5] sum to the total at every step of any story, and nothing runs in a run that is over',
    { timeout: 60_000 },
    () => {
      const id = fc.constantFrom('a', 'b', 'c', '__proto__')
      const anything = fc.oneof(
        fc.constantFrom(START, RUNNING, COMPLETED, FAILED, LINE, ABORT, batchError('x'), failed('Merge failed')),
        fc.constantFrom({ kind: 'resuming', count: 1 } as const, { kind: 'merging', branch: branchOf('a') } as const),
        fc
          .tuple(id, fc.constantFrom('pending', 'running', 'completed', 'failed', 'aborted'))
          .map(args => status(...args)),
        fc.tuple(id, fc.constantFrom(2, 3)).map(args => spawning(...args)),
        fc.tuple(id, fc.constantFrom(2, 3)).map(args => completedBy(...args)),
      )
      const plan = fc.option(fc.constant([{ id: 'a', name: 'b', completed: true }, 'b=a', 'c=a', '__proto__=c']))
      fc.assert(
        fc.property(fc.array(anything, { maxLength: 40 }), plan, (story, batches) => {
          const told = new Told(batches ?? [])
          for (const says of story) {
            told.say(says)
            const { counts, batches: shown, endedAt } = told.view
            const { total, totalKnown: _, ...five } = counts
            expect(Object.values(five).reduce((sum, count) => sum + count)).toBe(total)
            expect(shown).toHaveLength(total)
            expect(new Set(shown.map(batch => batch.id)).size).toBe(total)
            if (endedAt !== null) expect(counts.running).toBe(0)
          }
        }),
      )
    },
  )
})

describe('an error', () => {
  it('[RUN-12.1] is its first paragraph; the rest is detail', () => {
    const told = new Told(['a'])
    for (const says of [START, RUNNING, failed('Failed to create worktree\n\nCaused by:\n    it exists')])
      told.say(says)
    expect(told.view).toMatchObject({
      status: 'failed',
      error: 'Failed to create worktree',
      errorDetail: 'Caused by:\n    it exists',
    })
  })

  it('[RUN-12] of a run without one is null, detail too', () => {
    const told = new Told(['a'])
    for (const says of [START, RUNNING, FAILED]) told.say(says)
    expect(told.view).toMatchObject({ status: 'failed', error: null, errorDetail: null })
  })
})

describe('what else is shown', () => {
  it('[RUN-9] stopping, until the run is over', () => {
    const told = new Told(['a'])
    told.say(START)
    told.observe({ kind: 'stop', at: told.now })
    expect(told.view.stopping).toBe(true)
    told.say(COMPLETED)
    expect(told.view.stopping).toBe(false)
  })

  it('[RUN-8] a dry run, as it was asked for, as the history says, or by its branch', () => {
    const byBranch = new Told(['a'])
    byBranch.say(status('a', 'completed', { branch: 'dry-run-branch' }))
    expect(byBranch.view.dryRun).toBe(true)
    const byHistory = new Told(['a'])
    byHistory.history({ dryRun: true })
    expect(byHistory.view.dryRun).toBe(true)
    expect(new Told(['a']).view.dryRun).toBe(false)
  })

  it('the history’s id, once the stream tells it', () => {
    const told = new Told()
    expect(told.view.historyId).toBeNull()
    told.say({ kind: 'history-id', id: 'run-2026-01-15-a1b2c3' })
    expect(told.view.historyId).toBe('run-2026-01-15-a1b2c3')
  })

  it('the spec as our start named it, else as the orchestrator does', () => {
    const told = new Told()
    told.say(START)
    expect(told.view.spec).toBe('001-todo')
    told.observe({ kind: 'accepted', at: T0, spec: '002-other', dryRun: false })
    expect(told.view.spec).toBe('002-other')
  })
})

describe('cost', () => {
  it('[SAFE-5.6] has no errors of more than 512 Ki characters together: then each is cut', () => {
    const ids = Array.from({ length: 40 }, (_, n) => `b${String(n)}`)
    const lengths = (length: number) => {
      const told = new Told(ids)
      for (const id of ids) told.say(status(id, 'failed', { error: `why ${'e'.repeat(length)}` }))
      return told.view.batches.map(({ error }) => error?.length)
    }
    expect(lengths(10_000)).toEqual(ids.map(() => 10_004))
    expect(lengths(16_000).every(length => length !== undefined && length <= 240)).toBe(true)
  })

  it.each([
    ['of different names', true, (id: string) => `name of ${id}`],
    ['of one name', true, () => 'Mail'],
    ['of different names, without a plan', false, (id: string) => `name of ${id}`],
    ['of one name, without a plan', false, () => 'Mail'],
  ])('[SAFE-5.49] grows with the batches, up to 2,000 %s, with a container each', (_, planned, nameOf) => {
    const tellBatches = (size: number, saysStatus: boolean): Told => {
      const ids = Array.from({ length: size }, (_, n) => `b${String(n)}`)
      const told = new Told(planned ? ids.map(id => `${id}=${nameOf(id)}`) : [])
      for (const id of ids) {
        told.say(spawning(nameOf(id)))
        if (saysStatus) told.say(status(id, 'running', { name: nameOf(id) }))
      }
      for (const [n, id] of ids.entries()) {
        const createdAt = told.now - (size - n) * SECOND
        told.shows(id, agent(`container ${id}`, { tree: `${id}-1a2b3c`, createdAt, exitCode: n % 2 }))
      }
      for (const id of ids) {
        told.say(completedBy(id))
        if (saysStatus) told.say(status(id, 'completed', { name: id }))
        told.say(batchError('x'))
      }
      return told
    }
    for (const saysStatus of [true, false]) {
      const growth = growthOf(size => {
        const told = tellBatches(size, saysStatus)
        return () => told.derive()
      }, 250)
      expect(growth.isLinear, growth.text).toBe(true)
    }
  })
})

describe('a view that is derived again', () => {
  it('[RUN-17.2] makes only the batch anew of which it heard', () => {
    const told = new Told(['a', 'b', 'c']).watched()
    for (const says of [START, RUNNING, status('a', 'running')]) told.say(says)
    const before = told.view.batches
    expect(told.view.batches).toBe(before)
    told.say(status('b', 'running'))
    const { batches } = told.view
    expect(batches.map((batch, place) => batch === before[place])).toEqual([true, false, true])
    told.shows('c', agent('c'))
    expect(told.view.batches.map((batch, place) => batch === batches[place])).toEqual([true, true, false])
  })

  it('[RUN-17.2] leaves the batches as they are when a plan is read that has nothing new', () => {
    const told = new Told(['a', 'b'])
    for (const says of [START, RUNNING, status('a', 'running')]) told.say(says)
    const before = told.view.batches
    told.plan(['a', { id: 'b', name: 'b', running: true }])
    expect(told.view.batches).toBe(before)
  })

  it('[RUN-17.1] follows claims that a later connection brings in another order', () => {
    const told = new Told(['a'])
    told.say(START)
    const time = { ms: told.now + SECOND, ns: 0 }
    const failing = told.say(status('a', 'failed'), { time })
    told.say(status('a', 'completed'), { time })
    expect(told.batch('a').status).toBe('completed')
    told.open().observe({ ...failing, connection: 2, index: failing.index + 2 })
    expect(told.batch('a').status).toBe('failed')
  })

  it('[RUN-17.1] marks the open batches while the difference of both clocks is not measured', () => {
    const told = new Told(['a', 'b'])
    told.say(START)
    told.say(status('a', 'running'))
    expect(told.batch('a').durationUncertain).toBeUndefined()
    told.observe({ kind: 'dated', at: told.now, offset: 5 * SECOND })
    expect(told.batch('a').durationUncertain).toBe(true)
    // A live message then measures the same difference.
    const at = told.wait(60 * SECOND).now + SECOND
    told.say(LINE, { live: true, at, time: { ms: at - 5 * SECOND, ns: 0 } })
    expect(told.batch('a').durationUncertain).toBeUndefined()
  })
})
