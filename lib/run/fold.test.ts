import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fold } from './fold'
import { emptyRun, inOrder } from './run'
import type { HistoryReading, Message, Observation, PlanReading, MessageClaim } from './observation'
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
  merging,
  REMARK,
  resuming,
  RUNNING,
  spawning,
  START,
  status,
  SUCCESS,
  T0,
  Told,
  told as sentence,
} from '../testing/run/told-run'
import { derive } from './view'

describe('a message that comes again', () => {
  it('[RUN-2.15] changes nothing on the same connection', () => {
    const told = new Told(['a'])
    told.say(START)
    const running = told.say(status('a', 'running'))
    const before = told.view
    expect(told.observe({ ...running, index: 5, at: told.now + 500 })).toBe(false)
    expect(told.view).toEqual(before)
  })

  it('[RUN-2.15] changes nothing at its place on a later connection, and something at another', () => {
    const told = new Told(['a'])
    told.say(START)
    const running = told.say(status('a', 'running'))
    told.close().open()
    const again = { ...running, connection: running.connection + 1, at: told.now }
    expect(told.observe(again)).toBe(false)
    expect(told.observe({ ...again, connection: again.connection + 1, index: running.index + 1 })).toBe(true)
  })

  it('[RUN-2.16] changes something on a later connection where it tells of an abort: an agent printed it', () => {
    const told = new Told(['a'])
    told.say(START)
    const aborted = told.say(ABORT)
    expect(told.observe({ ...aborted, connection: aborted.connection + 1 })).toBe(true)
  })

  it('[RUN-2.1] changes no state on a later connection', () => {
    const told = new Told(['a', 'b'])
    const all = [START, RUNNING, status('a', 'running'), batchError('x'), status('b', 'completed')].map(says =>
      told.say(says),
    )
    const before = told.view
    told
      .close()
      .open()
      .replay(...all)
    expect(told.view).toEqual(before)
  })

  it(
    '[RUN-2.1] any delivery that ends in a full replay leaves what one clean delivery leaves',
    { timeout: 60_000 },
    () => {
      const id = fc.constantFrom('a', 'b', 'c', '__proto__', 'a b')
      const says: fc.Arbitrary<MessageClaim> = fc.oneof(
        fc.constantFrom(START, RUNNING, COMPLETED, FAILED, SUCCESS, REMARK, LINE, resuming(2), batchError('broke')),
        fc
          .tuple(id, fc.constantFrom('pending', 'running', 'completed', 'failed', 'aborted'))
          .map(args => status(...args)),
        fc.tuple(id, fc.constantFrom(2, 3)).map(args => spawning(...args)),
        fc.tuple(id, fc.constantFrom(2, 3)).map(args => completedBy(...args)),
        fc.tuple(fc.constantFrom('mission', 'merged', 'skipped'), id).map(args => sentence(...args)),
        id.map(merging),
        fc.constantFrom('Merge failed', 'Deadlock: 1 batch', 'x').map(failed),
      )
      const delivery = fc.record({
        story: fc.array(says, { minLength: 1, maxLength: 30 }),
        plan: fc.option(fc.constant(['a', 'b=a', '__proto__', 'c'])),
        order: fc.array(fc.nat(), { maxLength: 60 }),
      })
      fc.assert(
        fc.property(delivery, ({ story, plan, order }) => {
          const clean = new Told(plan ?? [])
          const messages = story.map(what => clean.say(what))
          const lossy = new Told()
          // The first frame comes first, else it would be the first frame of another execution.
          for (const pick of [0, ...order]) {
            const message = messages[pick % messages.length]
            if (message) lossy.replay(message)
          }
          lossy.now = clean.now
          lossy
            .close()
            .open()
            .replay(...messages)
          if (plan) lossy.plan(plan)
          expect(derive(lossy.run, clean.now).view).toEqual(clean.view)
        }),
      )
    },
  )
})

describe('order', () => {
  const kept = (told: Told) => inOrder(told.run).map(({ id }) => id)

  it('[RUN-4.3] is the backend’s, to the nanosecond, whatever order messages come in', () => {
    const told = new Told()
    const late = told.say(START, { time: { ms: T0, ns: 2 } })
    const early = told.say(RUNNING, { time: { ms: T0, ns: 1 } })
    expect(kept(told)).toEqual([early.id, late.id])
  })

  it('[RUN-2] is the place in the stream where stamps are equal, also of a message that was lost at first', () => {
    const told = new Told()
    const time = { ms: T0, ns: 0 }
    const first = told.say(START, { time })
    const third = told.say(status('a', 'completed'), { time })
    const second: Message = { ...third, id: 'lost', says: status('a', 'running') }
    told.close().open().replay(first, second, third)
    expect(kept(told)).toEqual([first.id, 'lost', third.id])
  })
})

describe('another execution under the same id', () => {
  const over = () => {
    const told = new Told(['a'])
    const first = told.say(START)
    told.say(RUNNING)
    told.say(status('a', 'running'))
    told.observe({ kind: 'stop', at: told.now })
    told.say(FAILED)
    return { told, first }
  }

  it('[RUN-14.1] begins where a connection’s first message is a new, later one', () => {
    const { told } = over()
    told.close().open().say(START, { index: 0 })
    expect(told.run.incarnation).toBe(2)
    expect(told.view).toMatchObject({ status: 'starting', stopping: false, counts: { total: 1, pending: 1 } })
  })

  it('[RUN-14.2] begins also where the backend’s clock was set back before the old story’s first word', () => {
    const { told } = over()
    told
      .close()
      .open()
      .say(START, { index: 0, time: { ms: T0 - 3_600_000, ns: 0 } })
    expect(told.run.incarnation).toBe(2)
  })

  it('[RUN-14.4] keeps the plan as last read, as the one before its start', () => {
    const { told } = over()
    told.plan([{ id: 'a', completed: true }, 'b'])
    told.close().open()
    told.say(START, { index: 0 })
    told.say(resuming(1))
    expect(told.statuses).toEqual({ a: 'completed', b: 'pending' })
  })

  it('[RUN-14.5] keeps our own start only where it came after the old story', () => {
    const { told } = over()
    told.observe({ kind: 'accepted', at: told.now + 1, spec: 'other', dryRun: true })
    told.close().open().say(START, { index: 0 })
    expect(told.view).toMatchObject({ spec: 'other', dryRun: true })
    told.close().open().say(START, { index: 0 })
    expect(told.run.incarnation).toBe(3)
    expect(told.view.spec).toBe('001-todo')
  })

  it('[RUN-14.6] keeps the clock offset: it is the same backend', () => {
    const { told } = over()
    told.say(LINE, { live: true, time: { ms: told.now - 60_000, ns: 0 } })
    told.close().open().say(START, { index: 0 })
    expect(told.view.clockOffset).toBe(61_000)
  })

  it('[RUN-14] is none where the first message is the one known', () => {
    const { told, first } = over()
    told.close().open().replay(first).say(LINE)
    expect(told.run.incarnation).toBe(1)
  })

  it('[RUN-14.3] is none where an earlier connection had lost the first message', () => {
    const told = new Told()
    told.say(RUNNING)
    const first: Message = { ...told.say(LINE), id: 'lost', says: START, time: { ms: T0, ns: 0 } }
    told.close().open().replay(first)
    expect(told.run.incarnation).toBe(1)
    expect(told.view.status).toBe('running')
  })

  it.each([
    ['a remark', REMARK],
    ['a line', LINE],
  ])('[RUN-14] is none where the first message is %s stamped later than the second', (_, says) => {
    const told = new Told()
    const first = told.say(says, { time: { ms: T0, ns: 2 } })
    const second = told.say(RUNNING, { time: { ms: T0, ns: 1 } })
    told.close().open().replay(first, second)
    told.close().open().replay(first, second)
    expect(told.run.incarnation).toBe(1)
  })
})

describe('the backend’s clock', () => {
  const offsets = (told: Told) => told.run.clockOffset

  it('[RUN-7.8] is the least of receipt minus stamp over live messages', () => {
    const told = new Told()
    for (const late of [70_000, 61_000, 65_000]) {
      const at = told.now + 100_000
      told.say(LINE, { live: true, at, time: { ms: at - late, ns: 0 } })
    }
    expect(offsets(told)).toBe(61_000)
    expect(told.view.clockOffset).toBe(61_000)
  })

  it('[RUN-7.8] is not learned from a replay', () => {
    const told = new Told()
    told.say(LINE, { live: false, time: { ms: T0 - 600_000, ns: 0 } })
    expect(offsets(told)).toBeNull()
    expect(told.view.clockOffset).toBe(0)
  })

  it.each([
    [2_000, 0],
    [2_001, 2_001],
    [-2_000, 0],
    [-2_001, -2_001],
  ])('[RUN-7.8] %i ms off counts as %i', (late, shown) => {
    const told = new Told()
    told.say(LINE, { live: true, at: T0, time: { ms: T0 - late, ns: 0 } })
    expect(told.view.clockOffset).toBe(shown)
  })
})

describe('what a view must be derived anew for', () => {
  it.each([
    ['a line', LINE],
    ['a remark', REMARK],
    ['a state message', START],
  ])('[RUN-7.5] the first message, also %s: the run is starting', (_, says) => {
    const told = new Told()
    const idle: Message = { ...new Told().say(says), at: T0 }
    expect(told.view.status).toBe('idle')
    expect(told.observe(idle)).toBe(true)
    expect(told.view.status).toBe('starting')
  })

  it('[RUN-7.8] a line that corrects the clock offset', () => {
    const told = new Told()
    told.say(START)
    const line: Message = { ...new Told().say(LINE), id: 'live', index: 1, live: true, at: T0 + 90_000 }
    expect(told.observe(line)).toBe(true)
    expect(told.observe({ ...line, id: 'later', index: 2, at: T0 + 95_000 })).toBe(false)
  })

  it('not any further line', () => {
    const told = new Told()
    told.say(START)
    expect(told.observe({ ...new Told().say(LINE), id: 'line', index: 1 })).toBe(false)
  })
})

describe('a plan', () => {
  it('[RUN-8.4] that reads empty changes nothing', () => {
    const told = new Told(['a', 'b'])
    expect(told.observe({ kind: 'plan', at: told.now, spec: '001-todo', batches: [], shared: false })).toBe(false)
    expect(told.view.counts.total).toBe(2)
  })

  it('[RUN-8.2] was read before the run until a start of ours is accepted, or its first message', () => {
    const run = emptyRun()
    const reading = (id: string) =>
      fold(run, {
        kind: 'plan',
        at: T0,
        spec: 's',
        shared: false,
        batches: [{ id, name: id, dependsOn: [], completed: false, running: false, branch: null }],
      })
    reading('first')
    reading('second')
    fold(run, { kind: 'accepted', at: T0, spec: 's', dryRun: false })
    reading('third')
    expect(run.planBefore?.batches[0]?.id).toBe('second')
    expect(run.plan?.batches[0]?.id).toBe('third')
  })

  it('[RUN-8.4] of another spec is no plan of this run, whichever is known first', () => {
    const other = { kind: 'plan', at: T0, spec: '002-other', shared: false } as const
    const batches = [{ id: 'x', name: 'X', dependsOn: [], completed: false, running: false, branch: null }]
    const after = new Told(['a', 'b'])
    after.say(START)
    expect(after.observe({ ...other, batches })).toBe(false)
    expect(after.view.counts.total).toBe(2)
    const before = new Told()
    before.observe({ ...other, batches })
    expect(before.view.counts.total).toBe(1)
    before.say(START)
    expect(before.view.counts).toMatchObject({ total: 0, totalKnown: false })
  })
})

describe('a run that its backend does not know', () => {
  it('[RUN-11.3] is known again once a later connection brings a message', () => {
    const told = new Told()
    told.say(START)
    told.close().open().forgotten()
    expect(told.view.status).toBe('failed')
    told.close().open().say(RUNNING)
    expect(told.view.status).toBe('running')
  })

  it('[RUN-11.3] has yet to begin where a start is accepted after that answer', () => {
    const told = new Told()
    told.forgotten()
    told.observe({ kind: 'accepted', at: told.now + 1, spec: '001-todo', dryRun: false })
    expect(told.view.status).toBe('starting')
  })
})

describe('a note of an operator', () => {
  const noted = (told: Told, text: string, more: { settles?: true } = {}) =>
    told.observe({ kind: 'noted', at: told.now, by: 'ann', text, ...more })

  it('[RUN-18.1] is part of the run, once however often it comes, and the last 20 are kept', () => {
    const told = new Told(['a'])
    expect(told.view).not.toHaveProperty('notes')
    expect(noted(told, 'flaky network')).toBe(true)
    expect(noted(told, 'flaky network')).toBe(false)
    const at = new Date(told.now).toISOString()
    expect(told.view.notes).toEqual([{ at, by: 'ann', text: 'flaky network' }])
    for (let n = 1; n <= 20; n += 1) noted(told, `note ${n}`, n === 20 ? { settles: true } : {})
    expect(told.view.notes?.map(({ text }) => text)).toEqual(Array.from({ length: 20 }, (_, n) => `note ${n + 1}`))
    expect(told.view.notes?.at(-1)).toMatchObject({ settles: true })
  })

  it('[RUN-18.3] is not of another execution under the same id', () => {
    const told = new Told(['a'])
    told.say(START)
    noted(told, 'flaky network')
    told.close().open().say(START, { index: 0 })
    expect(told.view).not.toHaveProperty('notes')
  })
})

describe('bounds', () => {
  const overflow = (told: Told) => told.view.findings.filter(({ kind }) => kind === 'overflow')

  it('[SAFE-5.41] [SAFE-5.44] 50,000 claims are kept, and more are told of', { timeout: 60_000 }, () => {
    const told = new Told()
    for (let n = 0; n < 50_000; n += 1) told.say(batchError('x'))
    expect(overflow(told)).toHaveLength(0)
    told.say(batchError('one too many'))
    expect(told.run.claims.size).toBe(50_000)
    expect(overflow(told)).toHaveLength(1)
  })

  it('[SAFE-5.41] [SAFE-5.44] of what may be an agent’s the newest 2,000 are kept, and it costs the orchestrator’s claims nothing', () => {
    const told = new Told(['a'])
    told.say(START)
    told.say(RUNNING)
    told.say(status('a', 'running', { branch: branchOf('a') }))
    for (let n = 0; n < 2_100; n += 1) told.say(sentence('mission', `batch ${String(n)}`))
    expect(told.run.unverifiedClaims.size).toBe(2_000)
    expect(inOrder(told.run).at(-1)?.says).toMatchObject({ ref: 'batch 2099' })
    expect(overflow(told)).toHaveLength(1)
    expect(told.statuses).toEqual({ a: 'running' })
  })
})

describe('a reading that says the same as the one before', () => {
  const plan: PlanReading = {
    ...{ kind: 'plan', at: T0, spec: '001-todo', shared: false },
    batches: [{ id: 'a', name: null, dependsOn: [], completed: false, running: false, branch: null }],
  }

  it.each(['order', 'measured'] as const)('[RUN-16.5] [REC-3] is news where a step, %s, is shown again', basis => {
    const told = new Told(['a'])
    const start = told.say(START)
    const step = { from: 1, since: 1, until: 1, stamp: T0, correction: 60_000, basis }
    const set = told.say(RUNNING, { id: 'set', clock: { id: 'set', ...step } })
    const rebuilt = emptyRun()
    const record = (observation: Observation) => {
      if (told.observe(observation)) fold(rebuilt, observation)
    }
    for (const message of [start, set]) fold(rebuilt, message)
    const again = { at: told.now, connection: 2 }
    for (const message of [start, set]) record({ ...message, ...again })
    record({ kind: 'replayed', ...again })
    expect([told.run, rebuilt].map(({ clockSteps }) => [...clockSteps.values()])).toEqual([
      [{ id: 'set', ...step, connection: 2 }],
      [{ id: 'set', ...step, connection: 2 }],
    ])
  })

  it('[RUN-16.22] has no step that only the order of messages had shown, and that a later replay did not', () => {
    const shown = (basis: 'order' | 'measured') => {
      const told = new Told(['a'])
      const start = told.say(START)
      const step = { from: 1, since: 1, until: 1, stamp: T0, correction: 60_000, basis }
      told.say(RUNNING, { id: 'set', clock: { id: 'set', ...step } })
      told.close().open().replay(start).replayed()
      return told.run.clockSteps.size
    }
    expect([shown('order'), shown('measured')]).toEqual([0, 1])
  })

  it('[RUN-2.17] is news of a plan that is read for the first time since the run began, and only then', () => {
    const run = emptyRun()
    const read = (more: Partial<PlanReading> = {}) => fold(run, { ...plan, ...more }) !== null
    expect([read(), read({ at: T0 + 1 })]).toEqual([true, false])
    fold(run, { kind: 'accepted', at: T0 + 2, spec: '001-todo', dryRun: false })
    expect([read({ at: T0 + 3 }), read({ at: T0 + 4 })]).toEqual([true, false])
    expect(run.plan).not.toBe(run.planBefore)
    expect([
      read({ shared: true }),
      read({ shared: true }),
      read({ batches: plan.batches.concat(plan.batches) }),
    ]).toEqual([true, false, true])
  })

  it('[RUN-2.15] is none of the history, nor is a container as it was', () => {
    const run = emptyRun()
    const entry: HistoryReading = {
      ...{ kind: 'history', at: T0, id: 'h', status: 'running', dryRun: false, startedAt: T0, endedAt: null },
      ...{ error: null, batches: [] },
    }
    expect(fold(run, entry)).not.toBeNull()
    expect(fold(run, { ...entry, at: T0 + 1 })).toBeNull()
    expect(fold(run, { ...entry, at: T0 + 2, endedAt: T0 + 2 })).not.toBeNull()
    const seen = (container = agent('c')) =>
      fold(run, { kind: 'container', at: T0, batch: { id: 'a', by: 'tree' }, container }) !== null
    expect([seen(), seen(), seen(agent('c', { state: 'exited' }))]).toEqual([true, false, true])
  })
})

describe('the backend’s clock, before a live message tells of it', () => {
  const HOUR = 3_600_000
  const stampedAnHourBehind = (at: number) => ({ at, time: { ms: at - HOUR, ns: 0 } })
  const started = () => {
    const told = new Told(['a'])
    told.observe({ kind: 'accepted', at: told.now + 10, sent: told.now, spec: '001-todo', dryRun: false })
    return told
  }

  it.each([
    ['at once', 100, HOUR],
    ['as late as it may', 1_500, HOUR],
    ['too late', 1_501, 0],
  ])('[RUN-7.1] is known by the first message after a start from here that comes %s', (_, after, offset) => {
    const told = started()
    told.say(START, stampedAnHourBehind(told.now + after))
    expect(told.view.clockOffset).toBe(offset)
  })

  it.each<[string, (at: number) => Partial<Message>]>([
    ['without a stamp', at => ({ at, time: { ms: at, ns: 0 } })],
    ['that is not the first one of its connection', at => ({ ...stampedAnHourBehind(at), index: 1 })],
  ])('[RUN-7.1] is not known by a message %s', (_, over) => {
    const told = started()
    told.say(START, over(told.now + 100))
    expect(told.run.clockOffset).toBeNull()
  })

  it('[RUN-7.1] is known better by a live message that came quicker, and no worse by one that came later', () => {
    const told = started()
    told.say(START, { at: told.now + 1_400, time: { ms: told.now - HOUR, ns: 0 } })
    expect(told.view.clockOffset).toBe(HOUR + 1_400)
    const live = (late: number) => {
      const at = told.now + 1_000
      told.say(LINE, { at, time: { ms: at - HOUR - late, ns: 0 }, live: true })
      return told.view.clockOffset
    }
    expect([live(300), live(20), live(800)]).toEqual([HOUR + 300, HOUR + 20, HOUR + 20])
  })

  it('[RUN-7.2] [RUN-7.10] is that of the first answer, and what goes on is uncertain, until a message tells it', () => {
    const told = new Told(['a'])
    told.observe({ kind: 'dated', at: told.now, offset: HOUR })
    expect(told.observe({ kind: 'dated', at: told.now, offset: 2 * HOUR })).toBe(false)
    told.say(START, { at: told.now, time: { ms: told.now - HOUR - 60_000, ns: 0 } })
    expect(told.view).toMatchObject({ clockOffset: HOUR, durationUncertain: true })
    told.say(LINE, { at: told.now + 1_000, time: { ms: told.now + 500 - HOUR, ns: 0 }, live: true })
    expect(told.view.clockOffset).toBe(HOUR + 500)
    expect(told.view).not.toHaveProperty('durationUncertain')
    expect(told.observe({ kind: 'dated', at: told.now, offset: 0 })).toBe(false)
  })

  it('[RUN-7.2] is not told anew by an answer that may have come after a step', () => {
    const told = new Told(['a'])
    told.observe({ kind: 'dated', at: told.now, offset: 0 })
    told.observe({ kind: 'dated', at: told.now, offset: HOUR })
    expect(told.view.clockOffset).toBe(0)
  })
})
