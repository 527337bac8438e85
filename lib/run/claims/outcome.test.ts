import { describe, expect, it } from 'vitest'
import { BACKEND_FORGOT } from './outcome'
import type { Observation } from '../observation'
import {
  ABORT,
  batchError,
  branchOf,
  COMPLETED,
  completedBy,
  FAILED,
  failed,
  LINE,
  merging,
  REMARK,
  RUNNING,
  SECOND,
  spawning,
  START,
  status,
  SUCCESS,
  T0,
  Told,
} from '../../testing/run/told-run'

type SaysOf = Parameters<Told['say']>[0]
const MINUTE = 60 * SECOND

/** Two batches at work, and the messages after that. */
const atWork = (...all: SaysOf[]): Told => {
  const told = new Told(['a', 'b'])
  for (const says of [START, RUNNING, status('a', 'running'), status('b', 'running'), ...all]) told.say(says)
  return told
}

/** The same in the oldest generation, which sends no status. */
const atWorkWithoutStatus = (...all: SaysOf[]): Told => {
  const told = new Told(['a', 'b'])
  for (const says of [START, spawning('a'), spawning('b'), ...all]) told.say(says)
  return told
}

const iso = (ms: number) => new Date(ms).toISOString()

describe('an end that is told', () => {
  it.each([
    ['status completed', COMPLETED, 'completed'],
    ['success', SUCCESS, 'completed'],
    ['status failed', FAILED, 'failed'],
    ['status aborted', { kind: 'run-status', status: 'aborted', error: null } as const, 'aborted'],
  ])('[RUN-4] %s ends the run', (_, says, expected) => {
    const told = atWork(says)
    expect(told.view).toMatchObject({ status: expected, endedAt: iso(told.now), inferred: false })
    expect(told.view.counts.running).toBe(0)
  })

  it('[RUN-4.3] of several the earliest by the backend’s nanoseconds stands, whatever order they come in', () => {
    const told = atWork()
    const ms = told.now + 5 * SECOND
    told.say(FAILED, { time: { ms, ns: 500 } })
    told.say(SUCCESS, { time: { ms, ns: 499 } })
    expect(told.view.status).toBe('completed')
    told.say(FAILED, { time: { ms: ms - 1, ns: 999_999 } })
    expect(told.view.status).toBe('failed')
  })

  it('[RUN-4.4] [RUN-4.5] stands against a stop that comes after it', () => {
    const told = atWork(COMPLETED)
    const endedAt = told.view.endedAt
    told.observe({ kind: 'stop', at: told.now })
    told.say(ABORT)
    expect(told.view).toMatchObject({ status: 'completed', endedAt, stopping: false })
  })

  it('[RUN-4.5] is not taken back by late words of the orchestrator, nor by lines', () => {
    const told = atWork(FAILED)
    for (const says of [LINE, REMARK, status('a', 'completed'), completedBy('b'), RUNNING]) told.say(says)
    expect(told.view.status).toBe('failed')
  })

  it('[RUN-1.6] in a completed run every batch is completed: a message that told of one was lost', () => {
    const told = atWork(status('a', 'completed'), COMPLETED)
    expect(told.statuses).toEqual({ a: 'completed', b: 'completed' })
    expect(told.batch('b').basis).toBe('inferred')
  })

  it('[RUN-1.5] in a failed or aborted run a running batch is aborted, a pending one stays pending', () => {
    const told = new Told(['a', 'b'])
    for (const says of [START, RUNNING, status('a', 'running'), FAILED]) told.say(says)
    expect(told.statuses).toEqual({ a: 'aborted', b: 'pending' })
    expect(told.batch('a').endedAt).toBe(told.view.endedAt)
  })
})

describe('an error', () => {
  it('[RUN-6.1] alone is a line, never an end', () => {
    const told = atWork(LINE, LINE)
    expect(told.view).toMatchObject({ status: 'running', error: null, findings: [] })
  })

  it.each([
    ['Execution failed: … after it', FAILED, failed('Claude Code execution failed')],
    ['batch_error before it', batchError('Claude Code execution failed'), FAILED],
  ])('[RUN-12.2] [RUN-12.3] of a run whose status has no words is %s', (_, first, second) => {
    expect(atWork(first, second).view).toMatchObject({ status: 'failed', error: 'Claude Code execution failed' })
  })

  it('[RUN-12.3] is that of the batch that failed where there is no other', () => {
    const told = atWork(status('a', 'failed', { error: 'Task failed' }), FAILED)
    expect(told.view.error).toBe('Task failed')
  })

  it('[RUN-4.4] [RUN-12.2] comes late and is still taken, while the end stays where it was', () => {
    const told = atWork(FAILED)
    const { endedAt } = told.view
    told.wait(5 * MINUTE).say(failed('late words'))
    expect(told.view).toMatchObject({ error: 'late words', endedAt })
  })

  it('[RUN-12.2] [RUN-12.3] is not what an agent printed before it, also where stamps are too coarse to tell', () => {
    const told = atWork()
    const time = { ms: told.now + SECOND, ns: 0 }
    for (const says of [failed('printed'), FAILED, failed('the reason')]) told.say(says, { time })
    expect(told.view.error).toBe('the reason')
    expect(atWork(failed('printed'), batchError('the reason'), FAILED).view.error).toBe('the reason')
  })

  it('[RUN-12.4] of a completed run there is none', () => {
    const told = atWork(batchError('x'), status('a', 'completed'), COMPLETED)
    expect(told.view.error).toBeNull()
  })
})

describe('"Execution failed: …" is believed', () => {
  it('[RUN-4.7] [RUN-5.1] before any batch has begun: broken files', () => {
    const told = new Told(['a'])
    for (const says of [START, RUNNING, failed('Failed to parse plan.yaml')]) told.say(says)
    expect(told.view).toMatchObject({ status: 'failed', error: 'Failed to parse plan.yaml', endedAt: iso(told.now) })
  })

  it.each([
    ['a batch_error', batchError('broke')],
    ['a failed batch', status('a', 'failed')],
  ])('[RUN-4.8] after %s', (_, says) => {
    const told = atWork(says, failed('it broke'))
    expect(told.view).toMatchObject({ status: 'failed', error: 'it broke' })
  })

  it.each(['Merge failed', 'AI could not resolve all conflicts'])(
    '[RUN-4.10] [RUN-5.3] as “%s” while a merge is under way',
    why => {
      const told = atWork(status('a', 'completed', { branch: branchOf('a') }), merging('a'), REMARK, failed(why))
      expect(told.view).toMatchObject({ status: 'failed', error: why })
      expect(told.statuses).toEqual({ a: 'failed', b: 'aborted' })
    },
  )

  it('[RUN-4.9] for any reason while a merge is under way and no batch is at work', () => {
    const told = atWork(status('a', 'completed'), status('b', 'completed'), merging('b'), failed('git: broken'))
    expect(told.view).toMatchObject({ status: 'failed', error: 'git: broken' })
    expect(told.statuses).toEqual({ a: 'completed', b: 'completed' })
  })

  it.each(['Task panic: task 3 panicked', 'Deadlock: 1 batches pending but none can run.'])(
    '[RUN-4.11] as “%s” by an engine that says no status',
    why => {
      expect(atWorkWithoutStatus(completedBy('a'), completedBy('b'), failed(why)).view.status).toBe('failed')
      expect(atWork(status('a', 'completed'), status('b', 'completed'), failed(why)).view.status).toBe('running')
    },
  )

  it('[RUN-4.13] where the history says that the run failed', () => {
    const told = atWork(failed('words'))
    expect(told.view.status).toBe('running')
    told.history({ status: 'failed', endedAt: told.now })
    expect(told.view).toMatchObject({ status: 'failed', error: 'words', inferred: false })
  })

  it('[RUN-4.13] not where the history tells of an earlier run that shares its entry', () => {
    const told = atWork(failed('words'))
    told.history({ status: 'failed', endedAt: T0 - MINUTE })
    expect(told.view.status).toBe('running')
  })

  it('[RUN-4.13] not where the run failed later, of something else', () => {
    const told = atWork(failed('words'))
    const endedAt = told.now + 4 * SECOND
    told.history({ status: 'failed', endedAt, error: 'broke' })
    expect(told.view).toMatchObject({ status: 'running', findings: [{ kind: 'unproven-failure' }] })
    const over = told.wait(10 * SECOND).view
    expect(over).toMatchObject({ status: 'failed', error: 'broke', endedAt: iso(endedAt), inferred: true })
  })
})

describe('"Execution failed: …" is a finding', () => {
  it.each([
    ['a batch is at work', () => atWork()],
    ['a merge is over', () => atWork(status('a', 'completed'), merging('a'), status('a', 'running'))],
    ['a merge is under way beside other batches', () => atWork(status('a', 'completed'), merging('a'))],
    ['no batch is at work', () => atWork(status('a', 'completed'), status('b', 'completed'))],
    ['the oldest engine is at work', () => atWorkWithoutStatus(completedBy('a'), merging('a'))],
    ['the oldest engine has nothing at work', () => atWorkWithoutStatus(completedBy('a'), completedBy('b'))],
  ])('[RUN-4.6] [RUN-4.12] while %s', (_, tell) => {
    const told = tell()
    const before = told.view
    told.say(failed('printed by an agent'))
    expect(told.view).toMatchObject({ ...before, findings: [{ text: 'printed by an agent', at: iso(told.now) }] })
  })

  it.each(['Merge failed', 'AI could not resolve all conflicts', 'Deadlock: 1 batches', 'Task panic: x'])(
    '[RUN-4.6] [RUN-4.10] [RUN-4.11] also as “%s”, where that can’t happen',
    why => {
      expect(atWork(failed(why)).view.status).toBe('running')
      // In a generation without a status, only a panic ends the run while other batches are at work.
      if (!why.startsWith('Task panic')) expect(atWorkWithoutStatus(failed(why)).view.status).toBe('running')
    },
  )

  it('[RUN-4.6] that is gone once it is known what became of the run', () => {
    expect(atWork(failed('printed'), COMPLETED).view).toMatchObject({ status: 'completed', error: null, findings: [] })
  })

  it('[SAFE-5.45] of which the last 20 are kept', () => {
    const told = atWork(...Array.from({ length: 30 }, (_, n) => failed(String(n))))
    expect(told.view.findings.map(({ text }) => text)).toEqual(Array.from({ length: 20 }, (_, n) => String(n + 10)))
  })

  it('[RUN-12.1] of which the first paragraph is kept', () => {
    expect(atWork(failed('why\n\nCaused by:\n  more')).view.findings).toMatchObject([{ text: 'why' }])
  })
})

describe('the orchestrator’s silence', () => {
  it('[RUN-4.14] of 60 s after an unproven failure makes it the end, and the moment is known before', () => {
    const told = atWork(failed('words'))
    const said = told.now
    expect(told.derive()).toMatchObject({ deadline: said + MINUTE, view: { status: 'running' } })
    expect(told.derive(said + MINUTE - 1).view.status).toBe('running')
    expect(told.derive(said + MINUTE)).toMatchObject({
      deadline: null,
      view: { status: 'failed', error: 'words', endedAt: iso(said) },
    })
  })

  it('[RUN-4.14] is broken by any word of the orchestrator, not by lines', () => {
    const told = atWork(failed('words'))
    const said = told.now
    told.say(LINE)
    expect(told.derive().deadline).toBe(said + MINUTE)
    told.say(REMARK)
    expect(told.derive().deadline).toBe(told.now + MINUTE)
  })

  it('[RUN-4.14] is not broken by the orchestrator’s old words in a replay', () => {
    const told = new Told(['a'])
    const words = [START, REMARK, status('a', 'running'), failed('words')].map(says => told.say(says))
    told.wait(SECOND).close().open()
    const joined = told.now
    told.wait(30 * SECOND).replay(...words)
    expect(told.derive().deadline).toBe(joined + MINUTE)
  })

  it('[RUN-4.14] counts only while we can hear', () => {
    const told = atWork(failed('words')).close()
    expect(told.derive(told.now + 10 * MINUTE)).toMatchObject({ deadline: null, view: { status: 'running' } })
    told.wait(10 * MINUTE).open()
    expect(told.derive().deadline).toBe(told.now + MINUTE)
  })

  it('[RUN-4.15] that was long enough is not undone when the stream closes or is joined again', () => {
    const told = atWork(failed('words'))
      .wait(2 * MINUTE)
      .close()
    expect(told.view.status).toBe('failed')
    expect(told.wait(MINUTE).view.status).toBe('failed')
    expect(told.open().view.status).toBe('failed')
  })

  it('[RUN-4.15] [RUN-4.20] that was long enough is undone by a state of the orchestrator’s, never by a remark', () => {
    const told = atWork(failed('words')).wait(2 * MINUTE)
    told.say(REMARK)
    expect(told.view.status).toBe('failed')
    told.say(status('a', 'completed'))
    expect(told.view.status).toBe('running')
  })

  it('[RUN-4.14] says nothing while the backend can’t be heard, and counts from when it can be again', () => {
    const told = atWork(failed('words')).wait(30 * SECOND)
    told.links = { ...told.links, backend: { link: 'stale', since: told.now } }
    expect(told.wait(MINUTE).derive()).toMatchObject({ deadline: null, view: { status: 'running' } })
    told.links = { ...told.links, backend: { link: 'live', since: told.now } }
    expect(told.derive()).toMatchObject({ deadline: told.now + MINUTE, view: { status: 'running' } })
    told.close().open()
    expect(told.view.status).toBe('running')
    expect(told.wait(MINUTE).view.status).toBe('failed')
  })

  it('[RUN-4.14] before the words were heard does not count', () => {
    const told = atWork().wait(2 * MINUTE)
    told.say(failed('words'))
    expect(told.view.status).toBe('running')
  })
})

describe('what takes back an end that an error told', () => {
  const believed = () => atWork(batchError('broke'), failed('broke'))

  it.each([
    ['status', RUNNING],
    ['batch_status', status('b', 'completed')],
    ['batch_start', spawning('c')],
    ['batch_complete', completedBy('b')],
    ['success', SUCCESS],
  ])('[RUN-4.20] a later-stamped %s', (_, says) => {
    const told = believed()
    expect(told.view.status).toBe('failed')
    told.say(says)
    expect(told.view.status).toBe(says === SUCCESS ? 'completed' : 'running')
  })

  it.each([
    ['info', REMARK],
    ['a log line', LINE],
    ['a sentence in a line', spawning('c', 3)],
    ['a merge', merging('a')],
    ['a batch_error', batchError('another')],
    ['another error', failed('another')],
  ])('[RUN-4.20] not %s', (_, says) => {
    const told = believed()
    told.say(says)
    expect(told.view).toMatchObject({ status: 'failed', error: 'broke' })
  })

  it('[RUN-4.20] not a word that comes later with an earlier stamp', () => {
    const told = believed()
    told.say(status('b', 'completed'), { time: { ms: told.now - 2 * SECOND, ns: 0 } })
    expect(told.view.status).toBe('failed')
  })
})

describe('a missing spec or plan', () => {
  const missing = { kind: 'missing', error: 'Spec not found: 009-none' } as const

  it('[RUN-5.2] fails the run, though no status says so', () => {
    const told = new Told()
    told.say(missing)
    const { endedAt } = told.view
    told.say(failed('Spec not found'))
    expect(told.view).toMatchObject({ status: 'failed', error: 'Spec not found: 009-none', endedAt, inferred: false })
  })

  it('[RUN-5.2] is an agent’s line once the orchestrator has begun', () => {
    expect(atWork(missing).view).toMatchObject({ status: 'running', findings: [] })
  })
})

describe('"Execution aborted by user."', () => {
  const stopped = (at: number) => ({ kind: 'stop', at }) as const

  it('[RUN-4.16] is believed when the stop came from here, whichever is heard of first', () => {
    const first = atWork()
    first.observe(stopped(first.now))
    expect(first.view).toMatchObject({ status: 'running', stopping: true })
    first.say(ABORT)
    const second = atWork(ABORT)
    expect(second.view).toMatchObject({ status: 'running', stopping: false })
    second.observe(stopped(second.now - 10))
    for (const told of [first, second]) {
      expect(told.view).toMatchObject({ status: 'aborted', stopping: false, inferred: false, endedAt: iso(told.now) })
      expect(told.derive().wantsRejoin).toBe(false)
      expect(told.statuses).toEqual({ a: 'aborted', b: 'aborted' })
    }
  })

  it('[RUN-4.16] is not believed for a stop that was sent after it', () => {
    const told = atWork(ABORT)
    told.observe(stopped(told.now + 1))
    expect(told.view).toMatchObject({ status: 'running', stopping: true })
  })

  it('[RUN-4.17] [RUN-4.18] of another’s is decided by a fresh join: what is not replayed was real', () => {
    const told = atWork(ABORT)
    const at = iso(told.now)
    expect(told.derive()).toMatchObject({ wantsRejoin: true, view: { status: 'running' } })
    told.close().open()
    expect(told.view.status).toBe('running')
    told.replayed()
    expect(told.derive()).toMatchObject({ wantsRejoin: false, view: { status: 'aborted', endedAt: at } })
  })

  it('[RUN-4.18] is an agent’s where a second connection brings it again', () => {
    const told = atWork()
    const line = told.say(ABORT)
    told.close().open().replay(line)
    expect(told.derive()).toMatchObject({ wantsRejoin: false, view: { status: 'running' } })
    expect(told.replayed().view.status).toBe('running')
  })

  it('[RUN-4.17] [RUN-4.18] is not decided by the replay of the connection that brought it, nor by one that came before', () => {
    const told = atWork().close().open()
    told.say(ABORT)
    expect(told.replayed().derive()).toMatchObject({ wantsRejoin: true, view: { status: 'running' } })
  })

  it('[RUN-2.8] [RUN-4.19] is kept where nothing can be replayed any more', () => {
    const told = atWork(ABORT).close().open().forgotten()
    expect(told.view).toMatchObject({ status: 'aborted', inferred: false })
  })

  it('[RUN-4.20] is taken back by a later state of the orchestrator’s', () => {
    const told = atWork()
    told.observe(stopped(told.now))
    told.say(ABORT)
    told.say(status('a', 'completed'))
    expect(told.view).toMatchObject({ status: 'running', stopping: true })
  })
})

describe('a silence of the orchestrator', () => {
  const maybeFailed = () => atWork(failed('Task failed'))

  it('[RUN-4.14] is no end of a run that had ended before: it has reason to be silent', () => {
    const told = maybeFailed().wait(10 * SECOND)
    told.observe({ kind: 'stop', at: told.now })
    told.say(ABORT)
    for (let n = 0; n < 5; n += 1) {
      expect(told.wait(MINUTE / 2).view).toMatchObject({ status: 'aborted' })
      told.say(LINE)
    }
  })

  it('[RUN-4.14] is one where another end is told only later', () => {
    const told = maybeFailed().wait(MINUTE + SECOND)
    expect(told.view).toMatchObject({ status: 'failed', error: 'Task failed' })
    told.observe({ kind: 'stop', at: told.now })
    told.say(ABORT)
    expect(told.view).toMatchObject({ status: 'failed', error: 'Task failed' })
  })

  it('[RUN-4.1] once found stands, whatever a stop that was sent before it, a replay and another silence would say', () => {
    const told = maybeFailed()
    told.observe({ kind: 'stop', at: told.now })
    told.wait(MINUTE)
    expect(told.derive()).toMatchObject({ bySilence: true, view: { status: 'failed', error: 'Task failed' } })
    told.observe({ kind: 'silent', at: told.now })
    told.close().wait(SECOND).open().replayed()
    expect(told.view).toMatchObject({ status: 'failed', error: 'Task failed' })
    told
      .wait(2 * MINUTE)
      .close()
      .open()
      .replayed()
      .wait(MINUTE)
    expect(told.view).toMatchObject({ status: 'failed', error: 'Task failed' })
  })

  it.each(['completed', 'failed', 'aborted'])(
    '[RUN-4.2] is no end of a run that the history had ended as %s before, nor of one that its backend had forgotten',
    status => {
      const told = maybeFailed()
      const endedAt = told.wait(SECOND).now
      const id = 'run-2026-01-15-a1b2c3'
      const entry = { kind: 'history', at: told.now, id, status, dryRun: false, startedAt: T0, endedAt } as const
      told.observe({ ...entry, error: null, batches: [] })
      const ended = told.wait(5 * SECOND).view
      expect(ended.status).toBe(status)
      expect(told.wait(5 * MINUTE).view).toMatchObject({ status, endedAt: ended.endedAt, error: ended.error })

      const forgotten = maybeFailed().forgotten()
      const { error } = forgotten.view
      expect(forgotten.wait(5 * MINUTE).view).toMatchObject({ status: 'failed', error })
    },
  )

  it('[RUN-4.2] is no end of a run with whose entry another one had gone on', () => {
    const told = maybeFailed().wait(SECOND).continued()
    const { status, endedAt, error } = told.view
    expect(status).toBe('aborted')
    expect(told.wait(5 * MINUTE).view).toMatchObject({ status, endedAt, error })
  })

  it('[RUN-4.1] [REC-3] is to be kept, and then is not undone by a connection that is taken to have ended before', () => {
    const told = maybeFailed().wait(MINUTE + SECOND)
    expect(told.derive()).toMatchObject({ bySilence: true, view: { status: 'failed' } })
    told.observe({ kind: 'silent', at: told.now })
    expect(told.derive()).toMatchObject({ bySilence: false, view: { status: 'failed' } })
    told.observe({ kind: 'closed', at: told.now - MINUTE, connection: 1 })
    expect(told.view.status).toBe('failed')
  })
})

describe('an end that the history tells', () => {
  const entry = (at: number, status = 'completed'): Observation => ({
    ...{ kind: 'history', at, id: 'run-2026-01-15-a1b2c3', status, dryRun: false, startedAt: T0, endedAt: at },
    ...{ error: null, batches: [] },
  })

  it('[RUN-8.9] outweighs what a silent stop or a forgotten run would mean, and is not awaited then', () => {
    const stopped = atWork()
    stopped.observe({ kind: 'stop', at: stopped.now })
    stopped.observe(entry(stopped.wait(SECOND).now))
    expect(stopped.view.status).toBe('running')
    stopped.close().open().replayed()
    expect(stopped.view).toMatchObject({ status: 'completed', inferred: true, endedAt: iso(stopped.now) })

    const forgotten = atWork()
    forgotten.observe(entry(forgotten.wait(SECOND).now))
    expect(forgotten.forgotten().view).toMatchObject({ status: 'completed', inferred: true, error: null })
    expect(forgotten.wait(MINUTE).view.status).toBe('completed')
  })
})

describe('a stop that nothing answers', () => {
  const stopping = () => {
    const told = atWork()
    told.observe({ kind: 'stop', at: told.now })
    return told.wait(SECOND)
  }

  it('[RUN-4.22] [RUN-11] is an abort where the backend that accepted it no longer knows the run', () => {
    const told = stopping()
    const sent = told.now - SECOND
    told.close().observe({ kind: 'unknown-run', at: told.now, connection: 2 })
    expect(told.view).toMatchObject({ status: 'aborted', inferred: true, stopping: false, endedAt: iso(sent) })
  })

  it('[RUN-4.22] [RUN-11] is none yet where the backend had not known the run before it accepted the stop', () => {
    const told = atWork().close()
    told.observe({ kind: 'unknown-run', at: told.now, connection: 2 })
    expect(told.view).toMatchObject({ status: 'failed' })
    told.wait(SECOND).observe({ kind: 'stop', at: told.now })
    expect(told.view).toMatchObject({ status: 'running', stopping: true })
  })

  it('[RUN-4.21] is an abort once a full replay shows no other end', () => {
    const told = stopping()
    const sent = told.now - SECOND
    told.close().open()
    expect(told.view).toMatchObject({ status: 'running', stopping: true })
    told.replayed()
    expect(told.view).toMatchObject({ status: 'aborted', inferred: true, stopping: false, endedAt: iso(sent) })
  })

  it('[RUN-4.21] is an abort also where nothing was heard before it', () => {
    const told = new Told(['a'])
    told.observe({ kind: 'stop', at: told.now })
    told.wait(SECOND).open()
    told.say(START)
    expect(told.view).toMatchObject({ status: 'starting', stopping: true })
    expect(told.replayed().view).toMatchObject({ status: 'aborted', inferred: true })
  })

  it('[RUN-4.21] is not decided by the end of a replay that had begun before it', () => {
    const told = atWork().close().open().wait(10)
    told.observe({ kind: 'stop', at: told.now })
    expect(told.wait(500).replayed().view).toMatchObject({ status: 'running', stopping: true })
  })

  it('[RUN-4.21] is the end that the replay shows', () => {
    const told = stopping().close().open()
    told.say(COMPLETED)
    expect(told.replayed().view).toMatchObject({ status: 'completed', inferred: false, stopping: false })
  })

  it('[RUN-4.21] is no abort while the orchestrator goes on', () => {
    const told = stopping().close().open().replayed()
    told.say(status('a', 'completed'))
    expect(told.view).toMatchObject({ status: 'running', stopping: true })
  })

  it('[RUN-4.21] is not decided by a replay before it', () => {
    const told = atWork().replayed().wait(SECOND)
    told.observe({ kind: 'stop', at: told.now })
    expect(told.view.status).toBe('running')
  })
})

describe('"Execution not found."', () => {
  it('[RUN-11.1] after any message: the run died with its backend, at its last message', () => {
    const told = atWork(LINE)
    const last = iso(told.now)
    told
      .replayed()
      .wait(9 * SECOND)
      .close()
      .open()
      .forgotten()
    expect(told.view).toMatchObject({ status: 'failed', error: BACKEND_FORGOT, endedAt: last, inferred: true })
    expect(told.view.durationUncertain).toBeUndefined()
  })

  it('[RUN-11.4] after a long silence: the run lived as long as its connection, at least', () => {
    const told = atWork(LINE).replayed().wait(MINUTE).close()
    const broke = iso(told.now)
    expect(told.open().forgotten().view).toMatchObject({ endedAt: broke, durationUncertain: true })
    const cut = told.view.batches.filter(({ status }) => status === 'aborted')
    expect(new Set(cut.map(({ endedAt, durationUncertain }) => [endedAt, durationUncertain].join()))).toEqual(
      new Set([`${broke},true`]),
    )
    expect(told.wait(MINUTE).close().open().forgotten().view.endedAt).toBe(broke)
  })

  it('[RUN-11.4] long after its connection broke: nobody knows how long it went on', () => {
    const told = atWork(LINE)
    const last = iso(told.now)
    expect(told.close().wait(MINUTE).open().forgotten().view).toMatchObject({ endedAt: last, durationUncertain: true })
  })

  it('[RUN-11.4] is uncertain for what ended with the run alone, and not for the batch of its last word', () => {
    const told = atWork(LINE)
    told.say(status('a', 'completed'))
    const { batches } = told.close().wait(MINUTE).open().forgotten().view
    expect(batches.map(({ status, durationUncertain }) => [status, durationUncertain])).toContainEqual([
      'completed',
      undefined,
    ])
    expect(told.view.durationUncertain).toBe(true)
  })

  it('[RUN-11.4] after we hung up on a connection that nobody answered: that shows nothing', () => {
    const told = atWork(LINE).replayed()
    const last = iso(told.now)
    told.wait(MINUTE)
    told.observe({ kind: 'closed', at: told.now, connection: 1, byUs: true })
    expect(told.open().forgotten().view).toMatchObject({ endedAt: last, durationUncertain: true })
  })

  it('[RUN-11.1] after an accepted start, too', () => {
    const told = new Told()
    told.observe({ kind: 'accepted', at: told.now, spec: '001-todo', dryRun: false })
    told.wait(SECOND).forgotten()
    expect(told.view).toMatchObject({ status: 'failed', error: BACKEND_FORGOT, endedAt: iso(T0), inferred: true })
  })

  it('[RUN-11.1] of a run that nobody started is nothing', () => {
    expect(new Told().forgotten().view.status).toBe('idle')
  })

  it('[RUN-4] changes no end that was told', () => {
    expect(atWork(COMPLETED).close().open().forgotten().view).toMatchObject({ status: 'completed', inferred: false })
  })

  it('[RUN-4] comes before what was said as an unproven failure', () => {
    expect(atWork(failed('words')).close().open().forgotten().view.error).toBe(BACKEND_FORGOT)
  })
})

describe('an abort after which the backend’s clock was set', () => {
  it('[RUN-16.2] [RUN-4.20] is taken back by no word of the orchestrator that came before it', () => {
    const told = atWork()
    const place = { from: 4, since: 4, until: 4, stamp: told.now + SECOND }
    const clock = { id: 'abort', ...place, correction: -MINUTE, basis: 'measured' } as const
    told.say(ABORT, { index: 4, id: 'abort', clock })
    told.close().open().wait(SECOND).replayed()
    expect(told.view).toMatchObject({ status: 'aborted', inferred: false })
  })
})

describe('an end that only the history tells', () => {
  it.each(['completed', 'failed', 'aborted'] as const)('[RUN-8.21] %s counts after 5 s, inferred', end => {
    const told = atWork()
    const endedAt = told.now
    told.history({ status: end, endedAt, error: end === 'failed' ? 'as history says' : null })
    expect(told.derive()).toMatchObject({ deadline: told.now + 5 * SECOND, view: { status: 'running' } })
    told.wait(SECOND).history({ status: end, endedAt, error: end === 'failed' ? 'as history says' : null })
    expect(told.derive(told.now + 4 * SECOND)).toMatchObject({
      deadline: null,
      view: { status: end, inferred: true, endedAt: iso(endedAt), error: end === 'failed' ? 'as history says' : null },
    })
  })

  it('[RUN-1.6] leaves no batch of a completed run open', () => {
    const told = atWork()
      .history({ status: 'completed', endedAt: T0 + MINUTE })
      .wait(MINUTE)
    expect(told.statuses).toEqual({ a: 'completed', b: 'completed' })
  })

  it('[RUN-4] gives way to what the stream tells', () => {
    const told = atWork()
      .history({ status: 'completed', endedAt: T0 + MINUTE })
      .wait(MINUTE)
    told.say(FAILED)
    expect(told.view).toMatchObject({ status: 'failed', inferred: false })
  })

  it.each([
    ['running', 'running', null],
    ['running, though with an end', 'running', T0 + MINUTE],
    ['completed without saying when', 'completed', null],
    ['completed before this run began, in an entry it shares', 'completed', T0 - MINUTE],
  ])('[RUN-8.21] [RUN-8.22] is none where it says %s', (_, says, endedAt) => {
    const told = atWork().history({ status: says, endedAt })
    expect(told.derive(told.now + MINUTE).view.status).toBe('running')
  })

  it('[RUN-8.10] is another run’s where the orchestrator speaks more than 2 s after it', () => {
    const told = atWork()
    const endedAt = told.now
    told.history({ status: 'completed', endedAt }).wait(MINUTE)
    const wrong = { status: 'completed', inferred: true, endedAt: iso(endedAt) }
    // An agent's line proves nothing about the orchestrator, and its message of about the same time does not contradict the end.
    told.say({ kind: 'line' })
    told.say(status('b', 'running'), { time: { ms: endedAt + 2 * SECOND, ns: 0 } })
    expect(told.view).toMatchObject(wrong)
    told.say(status('a', 'completed'), { time: { ms: endedAt + 2 * SECOND + 1, ns: 0 } })
    expect(told.view).toMatchObject({ status: 'running', inferred: false, endedAt: null })
    const later = told.now
    told.history({ status: 'failed', endedAt: later, error: 'x' }).wait(5 * SECOND)
    expect(told.view).toMatchObject({ status: 'failed', inferred: true, endedAt: iso(later) })
  })

  it('[RUN-8.10] [RUN-4] is another run’s where an abort comes more than 2 s after it', () => {
    for (const [later, isIts] of [
      [2 * SECOND, true],
      [2 * SECOND + 1, false],
    ] as const) {
      const told = atWork()
      const endedAt = told.now
      told.history({ status: 'completed', endedAt }).wait(MINUTE)
      told.say(ABORT, { time: { ms: endedAt + later, ns: 0 } })
      expect(told.derive()).toMatchObject({
        wantsRejoin: !isIts,
        view: { status: isIts ? 'completed' : 'running' },
      })
      if (!isIts) expect(told.close().open().replayed().view).toMatchObject({ status: 'aborted', inferred: false })
    }
  })

  it('[RUN-8.11] is none while another run at work has the same entry, nor does its word prove a failure', () => {
    const told = atWork(failed('words'))
    const endedAt = told.now
    told.history({ status: 'failed', endedAt, shared: true })
    expect(told.derive(told.now + 10 * SECOND).view).toMatchObject({ status: 'running', inferred: false })
    told.history({ status: 'failed', endedAt })
    expect(told.view.status).toBe('failed')
  })

  it('[RUN-8.14] stands once it was awaited, whatever time it is then, until the entry is open again', () => {
    const told = atWork().history({ status: 'completed', endedAt: T0 + MINUTE })
    expect(told.derive()).toMatchObject({ byHistory: false, view: { status: 'running' } })
    told.wait(5 * SECOND)
    expect(told.derive()).toMatchObject({ byHistory: true, view: { status: 'completed' } })
    told.observe({ kind: 'awaited', at: told.now })
    expect(told.derive(told.now - SECOND)).toMatchObject({ byHistory: false, view: { status: 'completed' } })
    told.history({ status: 'running', endedAt: null }).history({ status: 'completed', endedAt: T0 + MINUTE })
    expect(told.view.status).toBe('running')
  })

  it('[RUN-8.21] is awaited anew after the history took it back', () => {
    const told = atWork()
      .history({ status: 'completed', endedAt: T0 + MINUTE })
      .wait(4 * SECOND)
    told.history({ status: 'running', endedAt: null }).wait(4 * SECOND)
    told.history({ status: 'completed', endedAt: T0 + MINUTE })
    expect(told.view.status).toBe('running')
  })
})
