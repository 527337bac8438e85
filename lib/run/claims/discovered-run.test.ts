import { describe, expect, it } from 'vitest'
import { BACKEND_FORGOT } from './outcome'
import type { HistoryReading } from '../observation'
import {
  agent,
  batchError,
  branchOf,
  COMPLETED,
  RUNNING,
  SECOND,
  START,
  status,
  T0,
  Told,
} from '../../testing/run/told-run'
import { NOTHING_CHANGES } from './discovered-run'

const iso = (ms: number) => new Date(ms).toISOString()

type Batch = HistoryReading['batches'][number]
const batch = (id: string, status = 'pending', over: Partial<Batch> = {}): Batch => ({
  ...{ id, name: id.toUpperCase(), status, startedAt: null, endedAt: null, branch: null, error: null, ...over },
})
const entry = (batches: readonly Batch[], over: Partial<HistoryReading> = {}) => ({
  ...{ status: 'running', startedAt: T0, batches: [...batches], ...over },
})
const done = batch('a', 'completed', { endedAt: T0 + 5 * SECOND, branch: branchOf('a') })

/** A run that is known from the history alone, while Docker is watched. */
const found = (batches: readonly Batch[] = [done, batch('b')], over: Partial<HistoryReading> = {}): Told =>
  new Told().watched().history(entry(batches, over))

describe('a run that nobody announced', () => {
  it('[RUN-13.7] [RUN-13.8] is shown by its history id, counted from that entry’s own batches', () => {
    const told = found([done, batch('b', 'failed', { error: 'x' }), batch('c', 'running'), batch('d')])
    expect(told.view).toMatchObject({
      ...{ basis: 'history', historyId: 'run-2026-01-15-a1b2c3', status: 'running', inferred: false },
      ...{ startedAt: iso(T0), endedAt: null, error: null },
      counts: { total: 4, totalKnown: true, pending: 1, running: 1, completed: 1, failed: 1, aborted: 0 },
    })
    expect(told.batch('a')).toMatchObject({
      ...{ name: 'A', basis: 'history', branch: branchOf('a'), endedAt: iso(T0 + 5 * SECOND) },
    })
    expect(told.batch('b').error).toBe('x')
  })

  it('[RUN-13.9] [RUN-13.10] takes from the plan what waits for what, and what is at work, but no batch and no completion', () => {
    const told = found([done, batch('b'), batch('c')])
    told.plan(['a', { id: 'b', running: true, dependsOn: ['a'] }, { id: 'c', completed: true }, 'd'])
    expect(told.statuses).toEqual({ a: 'completed', b: 'running', c: 'pending' })
    expect(told.batch('b')).toMatchObject({ basis: 'plan', name: 'B', dependsOn: ['a'] })
  })

  it('[RUN-13.10] takes nothing to be at work by a plan that another run of the spec may have written, or after its end', () => {
    const plan = [{ id: 'b', running: true }]
    expect(found().plan(plan, true).statuses).toMatchObject({ b: 'pending' })
    const over = found([done, batch('b')], { status: 'aborted', endedAt: T0 + 9 * SECOND })
    expect(over.plan(plan).statuses).toMatchObject({ b: 'pending' })
  })

  it('[RUN-13] is starting until anything of it is at work', () => {
    expect(found([batch('a')], { status: 'pending' }).view.status).toBe('starting')
    expect(found([batch('a')], { status: 'running' }).view.status).toBe('running')
    expect(found([done, batch('b')], { status: 'pending' }).view.status).toBe('running')
    expect(found([batch('b')], { status: 'pending' }).plan([{ id: 'b', running: true }]).view.status).toBe('running')
  })

  it.each(['completed', 'failed', 'aborted'] as const)('[RUN-13.11] ends as its entry does: %s', status => {
    const ended = { status, endedAt: T0 + 9 * SECOND, error: status === 'failed' ? 'x\n\nCaused by: y' : null }
    const told = found([done, batch('b', 'running'), batch('c')], ended)
    expect(told.view).toMatchObject({ status, inferred: false, endedAt: iso(T0 + 9 * SECOND) })
    expect(told.view.counts.running).toBe(0)
    expect(told.statuses).toEqual(
      status === 'completed'
        ? { a: 'completed', b: 'completed', c: 'completed' }
        : { a: 'completed', b: 'aborted', c: 'pending' },
    )
    expect(told.view).toMatchObject(
      status === 'failed' ? { error: 'x', errorDetail: 'Caused by: y' } : { error: null, errorDetail: null },
    )
    expect(told.derive().deadline).toBeNull()
  })

  it('[RUN-13.12] ends when that was first read where its entry has no time of it', () => {
    const told = found().wait(7 * SECOND)
    for (let n = 0; n < 3; n += 1) told.history(entry([done, batch('b')], { status: 'aborted' })).wait(SECOND)
    expect(told.view).toMatchObject({ status: 'aborted', endedAt: iso(T0 + 7 * SECOND) })
  })

  it('[RUN-13.8] [SAFE-4.43] of hostile ids counts each once', () => {
    const told = found([batch('__proto__', 'completed'), batch('toString'), batch('toString', 'completed')])
    expect(told.view.counts).toMatchObject({ total: 2, completed: 2 })
  })
})

describe('a run of which nothing is heard any more', () => {
  it('[RUN-13.13] has failed after 60 s without a change or an agent at work, inferred', () => {
    const told = found().wait(10 * SECOND)
    expect(told.derive().deadline).toBe(T0 + 60 * SECOND)
    expect(told.derive(T0 + 60 * SECOND - 1).view.status).toBe('running')
    const { view, deadline } = told.derive(T0 + 60 * SECOND)
    expect(view).toMatchObject({
      ...{ status: 'failed', inferred: true, error: NOTHING_CHANGES, endedAt: iso(T0 + 5 * SECOND) },
      counts: { completed: 1, pending: 1 },
    })
    expect(deadline).toBeNull()
  })

  it('[RUN-13.14] lives on once anything changes', () => {
    const told = found().wait(90 * SECOND)
    expect(told.view.status).toBe('failed')
    told.history(entry([done, batch('b', 'running')]))
    expect(told.view).toMatchObject({ status: 'running', inferred: false, error: null, endedAt: null })
    expect(told.derive(T0 + 150 * SECOND - 1).view.status).toBe('running')
    expect(told.derive(T0 + 150 * SECOND).view.counts).toMatchObject({ running: 0, aborted: 1 })
    told.wait(70 * SECOND).plan([{ id: 'b', running: true }])
    expect(told.view.status).toBe('running')
  })

  it('[RUN-13.13] readings that say the same are no change', () => {
    const told = found().plan(['a', 'b'])
    for (let n = 0; n < 7; n += 1) {
      told
        .wait(9 * SECOND)
        .history(entry([done, batch('b')]))
        .plan(['a', 'b'])
    }
    expect(told.view.status).toBe('failed')
  })

  it('[RUN-13.13] lives as long as an agent of it works, and 60 s longer', () => {
    const told = found([done, batch('b', 'running')])
    const works = agent('c', { tree: 'b-1a2b3c', createdAt: T0 + 5 * SECOND })
    told.shows('b', works).wait(600 * SECOND)
    expect(told.derive()).toMatchObject({ view: { status: 'running' }, deadline: null })
    const end = { finishedAt: told.now - SECOND, seenEndedAt: told.now, state: 'exited', exitCode: 0 } as const
    told.shows('b', { ...works, ...end })
    expect(told.derive(told.now + 60 * SECOND - 1).view.status).toBe('running')
    expect(told.derive(told.now + 60 * SECOND).view).toMatchObject({ status: 'failed', endedAt: iso(end.finishedAt) })
  })

  it('[RUN-13.13] [DOCK-4.35] lives as long as an agent works of which it can’t be told whether it is its own', () => {
    const works = agent('c', { tree: 'b-1a2b3c', createdAt: T0 + 5 * SECOND })
    const told = found()
      .mayHave([{ batchId: 'b', container: works }])
      .wait(600 * SECOND)
    expect(told.derive()).toMatchObject({ view: { status: 'running' }, deadline: null })
    const end = { finishedAt: told.now - SECOND, seenEndedAt: told.now, state: 'exited', exitCode: 0 } as const
    told.mayHave([{ batchId: 'b', container: { ...works, ...end } }])
    expect(told.derive(told.now + 60 * SECOND - 1).view.status).toBe('running')
    expect(told.derive(told.now + 60 * SECOND).view.status).toBe('failed')
  })

  it.each([
    ['Docker', 'stale'],
    ['Docker', 'down'],
    ['Docker', 'off'],
    ['the backend', 'stale'],
    ['the backend', 'down'],
  ] as const)('[RUN-13.13] [DOCK-3.21] is not given up while %s is %s, nor before 60 s after that', (who, link) => {
    const told = found().wait(600 * SECOND)
    const away = { ...told.links[who === 'Docker' ? 'docker' : 'backend'], link, since: T0 }
    const { links } = told
    told.links = who === 'Docker' ? { ...links, docker: { ...links.docker, ...away } } : { ...links, backend: away }
    expect(told.derive()).toMatchObject({ view: { status: 'running' }, deadline: null })
    const back = { link: 'live', since: told.now } as const
    told.links = who === 'Docker' ? { ...links, docker: { ...links.docker, ...back } } : { ...links, backend: back }
    expect(told.derive()).toMatchObject({ view: { status: 'running' }, deadline: told.now + 60 * SECOND })
    expect(told.derive(told.now + 60 * SECOND).view.status).toBe('failed')
  })

  /** A run that ended by silence after 60 s, with the stored observation. */
  const givenUp = () => {
    const told = found().wait(60 * SECOND)
    expect(told.derive()).toMatchObject({ bySilence: true, view: { status: 'failed' } })
    told.observe({ kind: 'silent', at: told.now })
    return told
  }

  it.each([
    ['Docker', 'stale'],
    ['Docker', 'down'],
    ['Docker', 'off'],
    ['the backend', 'stale'],
    ['the backend', 'down'],
  ] as const)('[RUN-13.1] once given up stays so while %s is %s, and after it', (who, link) => {
    const told = givenUp()
    const before = told.derive()
    expect(before).toMatchObject({ bySilence: false, deadline: null })
    const { docker, backend } = told.links
    const change = (to: { link: typeof link | 'live'; since: number }) => {
      told.links = {
        ...told.links,
        ...(who === 'Docker' ? { docker: { ...docker, ...to } } : { backend: { ...backend, ...to } }),
      }
      const { status, endedAt, error, inferred } = told.view
      expect({ status, endedAt, error, inferred }).toEqual({
        ...{ status: 'failed', endedAt: before.view.endedAt, error: NOTHING_CHANGES, inferred: true },
      })
    }
    change({ link, since: told.wait(SECOND).now })
    change({ link: 'live', since: told.wait(SECOND).now })
    told.wait(600 * SECOND)
    expect(told.derive()).toMatchObject({ bySilence: false, stirred: false, view: { status: 'failed' } })
  })

  it('[RUN-13.15] once given up lives on by a change of its entry, its plan or a container of it, and by nothing else', () => {
    const agents = (over: object) => agent('c', { tree: 'b-1a2b3c', ...over })
    const ended = { exitCode: 0, finishedAt: T0, seenEndedAt: T0 }
    for (const same of [
      (told: Told) => told.history(entry([done, batch('b')])),
      (told: Told) => told.shows('b', agents(ended)),
      (told: Told) => told.shows(null, agents(ended)),
      (told: Told) => told.mayHave([{ batchId: 'b', container: agents({ ...ended, seenEndedAt: told.now }) }]),
    ]) {
      expect(same(givenUp().wait(SECOND)).derive()).toMatchObject({ view: { status: 'failed' }, stirred: false })
    }
    for (const change of [
      (told: Told) => told.history(entry([done, batch('b', 'running')])),
      (told: Told) => told.plan([{ id: 'b', running: true }]),
      (told: Told) => told.shows('b', agents({})),
      (told: Told) => told.shows('b', agents({ ...ended, seenEndedAt: told.now })),
    ]) {
      const told = change(givenUp().wait(SECOND))
      expect(told.view).toMatchObject({ status: 'running', inferred: false })
      told.links = { ...told.links, docker: { ...told.links.docker, link: 'down', since: told.now } }
      expect(told.view).toMatchObject({ status: 'running', inferred: false })
    }
  })

  it('[RUN-13.2] once given up lives on by an agent that may be its own, also after that one is no longer shown', () => {
    const told = givenUp().wait(SECOND)
    told.mayHave([{ batchId: 'b', container: agent('c', { tree: 'b-1a2b3c' }) }])
    expect(told.derive()).toMatchObject({ stirred: true, view: { status: 'running' } })
    told.observe({ kind: 'stirred', at: told.now })
    expect(told.derive()).toMatchObject({ stirred: false, view: { status: 'running' } })
    told.mayHave([])
    told.links = { ...told.links, docker: { ...told.links.docker, link: 'down', since: told.now } }
    expect(told.derive()).toMatchObject({ view: { status: 'running' }, deadline: null })
  })

  it('[RUN-1.5] leaves nothing running, and what failed by evidence keeps that', () => {
    const told = found([done, batch('b', 'running')])
    told.shows('b', agent('c', { tree: 'b-1a2b3c', exitCode: 3 }))
    expect(told.derive(T0 + 60 * SECOND).view.counts).toMatchObject({ running: 0, completed: 1 })
  })
})

describe('a run that both tell of', () => {
  it('[RUN-13.7] is the stream’s from its first message on', () => {
    const told = found([done, batch('b')]).wait(90 * SECOND)
    expect(told.view).toMatchObject({ basis: 'history', status: 'failed' })
    told.say(START)
    expect(told.view).toMatchObject({ basis: 'stream', status: 'starting', error: null })
    told.say(RUNNING)
    told.say({ kind: 'history-id', id: 'run-2026-01-15-a1b2c3' })
    told.wait(600 * SECOND)
    expect(told.view).toMatchObject({ basis: 'stream', status: 'running', historyId: 'run-2026-01-15-a1b2c3' })
  })

  it('[RUN-13.7] is a run of ours once its start is accepted', () => {
    const told = new Told().watched()
    told.observe({ kind: 'accepted', at: T0, spec: '001-todo', dryRun: false })
    told.history(entry([batch('b')])).wait(600 * SECOND)
    expect(told.view).toMatchObject({ basis: 'stream', status: 'starting' })
  })
})

describe('a run with whose entry another goes on', () => {
  const ABORTED = { status: 'aborted', inferred: true, error: 'Another run resumed what this one had begun.' }

  it('[RUN-13.16] was aborted there, where it had not ended', () => {
    const told = new Told(['a', 'b']).watched()
    for (const says of [START, RUNNING, status('a', 'running')]) told.say(says)
    told.wait(10 * SECOND).continued()
    expect(told.view).toMatchObject({ ...ABORTED, endedAt: iso(told.now) })
    expect(told.statuses).toEqual({ a: 'aborted', b: 'pending' })
  })

  it('[RUN-13.16] was aborted there, too, where the history alone told of it', () => {
    const told = found([done, batch('b', 'running')])
      .wait(10 * SECOND)
      .continued()
    expect(told.view).toMatchObject({ ...ABORTED, endedAt: iso(told.now) })
    // The same holds after the run had ended by silence.
    expect(told.derive(T0 + 600 * SECOND).view).toMatchObject(ABORTED)
  })

  it('[RUN-13.3] stays aborted where its backend forgets it later, and failed where it had forgotten it before', () => {
    const begun = () => {
      const told = new Told(['a', 'b']).watched()
      for (const says of [START, RUNNING, status('a', 'running')]) told.say(says)
      return told.wait(10 * SECOND)
    }
    const forget = (told: Told) => {
      told.observe({ kind: 'unknown-run', at: told.now, connection: 2 })
      return told
    }
    const resumed = begun().continued()
    const before = resumed.view
    expect(before).toMatchObject(ABORTED)
    expect(forget(resumed.wait(10 * SECOND)).view).toMatchObject({ ...ABORTED, endedAt: before.endedAt })
    const forgotten = forget(begun())
    expect(forgotten.view.status).toBe('failed')
    expect(forgotten.wait(10 * SECOND).continued().view).toMatchObject({ status: 'failed', error: BACKEND_FORGOT })
  })

  it('[RUN-13.4] goes on where its orchestrator speaks after that, and ends by its own stream', () => {
    const told = new Told(['a', 'b']).watched()
    for (const says of [START, RUNNING, status('a', 'running')]) told.say(says)
    const from = told.wait(10 * SECOND).now
    expect(told.continued(from).view).toMatchObject(ABORTED)
    // An agent's line proves nothing about the orchestrator.
    told.say({ kind: 'line' })
    expect(told.view).toMatchObject(ABORTED)
    for (const says of [status('a', 'completed'), status('b', 'running')]) told.say(says)
    expect(told.continued(from).view).toMatchObject({ status: 'running', inferred: false, endedAt: null })
    expect(told.statuses).toEqual({ a: 'completed', b: 'running' })
    told.say(COMPLETED)
    expect(told.view).toMatchObject({ status: 'completed', inferred: false })
  })

  it('[RUN-13.17] stays as it ended by its own stream', () => {
    const told = new Told(['a']).watched()
    for (const says of [START, status('a', 'running'), batchError('x'), COMPLETED]) told.say(says)
    const { endedAt } = told.continued().view
    expect(told.view).toMatchObject({ status: 'completed', inferred: false, endedAt })
  })

  it('[RUN-13.17] stays as it ended by its entry before that', () => {
    const told = found([done, batch('b')], { status: 'failed', endedAt: T0 + 9 * SECOND, error: 'x' })
    expect(told.wait(20 * SECOND).continued().view).toMatchObject({ status: 'failed', inferred: false, error: 'x' })
  })

  it('[RUN-13.17] stays as it ended by its entry before that, where its own stream did not tell of it', () => {
    const told = new Told(['a']).watched()
    for (const says of [START, RUNNING, status('a', 'running')]) told.say(says)
    const ended = entry([batch('a', 'completed')], { status: 'completed', endedAt: told.wait(5 * SECOND).now })
    expect(told.history(ended).wait(5 * SECOND).view).toMatchObject({ status: 'completed', inferred: true })
    told.observe({ kind: 'awaited', at: told.now })
    // The other run has begun at that very moment, and is at work with the same entry.
    told.continued(ended.endedAt ?? 0).history({ ...ended, shared: true })
    expect(told.view).toMatchObject({ status: 'completed', inferred: true, endedAt: iso(ended.endedAt ?? 0) })
  })

  it('[RUN-13.18] is corrected by nothing that the entry says of the other', () => {
    const told = new Told(['a', 'b']).watched()
    for (const says of [START, RUNNING, status('a', 'running')]) told.say(says)
    const continuedAt = told.wait(10 * SECOND).now
    const others = batch('b', 'completed', { endedAt: continuedAt + 5 * SECOND })
    const ended = { status: 'completed', endedAt: continuedAt + 6 * SECOND }
    const own = batch('a', 'completed', { endedAt: continuedAt - SECOND })
    // The entry is read before it is known which run it belongs to, and after.
    told.history(entry([own, others], ended)).continued(continuedAt)
    expect(told.statuses).toEqual({ a: 'completed', b: 'pending' })
    told.history(entry([own, batch('b', 'completed')], ended)).wait(60 * SECOND)
    expect(told.statuses).toEqual({ a: 'completed', b: 'pending' })
    expect(told.view).toMatchObject({ ...ABORTED, endedAt: iso(continuedAt) })
  })

  it('[RUN-13.16] was aborted at the earliest of several', () => {
    const told = found([batch('b', 'running')]).wait(10 * SECOND)
    told
      .continued(T0 + 8 * SECOND)
      .continued(T0 + 3 * SECOND)
      .continued(T0 + 9 * SECOND)
    expect(told.view.endedAt).toBe(iso(T0 + 3 * SECOND))
  })
})
