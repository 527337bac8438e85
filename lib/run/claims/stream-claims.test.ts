import { describe, expect, it } from 'vitest'
import {
  ABORT,
  batchError,
  branchOf,
  completedBy,
  FAILED,
  failed,
  merging,
  resuming,
  RUNNING,
  SECOND,
  spawning,
  START,
  status,
  T0,
  Told,
  told as sentence,
} from '../../testing/run/told-run'

const say = (plan: ConstructorParameters<typeof Told>[0], ...all: Parameters<Told['say']>[0][]): Told => {
  const told = new Told(plan)
  for (const says of all) told.say(says)
  return told
}

describe('tiers', () => {
  it('[RUN-3.2] batch_status withdraws what batch_start and batch_complete said', () => {
    const told = say(['a', 'b'], START, spawning('a'), completedBy('b'))
    expect(told.statuses).toEqual({ a: 'running', b: 'completed' })
    told.say(status('b', 'running'))
    told.say(status('a', 'completed'))
    expect(told.statuses).toEqual({ a: 'completed', b: 'running' })
  })

  it('[RUN-3.2] the orchestrator’s own sentence withdraws those in other lines, for starts and completions separately', () => {
    const told = say(['a', 'b', 'c'], START, spawning('a', 3), sentence('mission', 'b'))
    expect(told.statuses).toEqual({ a: 'running', b: 'completed', c: 'pending' })
    told.say(spawning('c'))
    expect(told.statuses).toEqual({ a: 'pending', b: 'completed', c: 'running' })
    told.say(completedBy('c'))
    expect(told.statuses).toEqual({ a: 'pending', b: 'pending', c: 'completed' })
  })

  it('[RUN-3.3] a stream that says status withdraws every sentence in a line, from the start', () => {
    const lines = [spawning('a', 3), sentence('mission', 'b'), sentence('merged', 'b'), completedBy('c', 3)]
    expect(say(['a', 'b', 'c'], START, RUNNING, ...lines).view.counts.pending).toBe(3)
    expect(say([], START, RUNNING, ...lines).view.counts.total).toBe(0)
    expect(say(['a', 'b', 'c'], START, ...lines, status('c', 'pending')).view.counts.pending).toBe(3)
  })

  it('[RUN-3] a batch completes once, however often it is told', () => {
    const told = say(
      ['a', 'b'],
      ...[START, spawning('a'), completedBy('a'), status('a', 'completed'), sentence('mission', 'a')],
      ...[sentence('merged', 'a'), completedBy('a'), status('a', 'completed')],
    )
    expect(told.view.counts).toMatchObject({ total: 2, completed: 1, pending: 1 })
  })
})

describe('names and ids', () => {
  it('[RUN-3.4] match exactly: neither contains the other', () => {
    const plan = ['1=Batch 10', '10=Batch 1', 'ui=Build', 'build=ui kit']
    const told = say(plan, START, status('1', 'completed', { name: '1' }), status('ui', 'running', { name: 'Build' }))
    expect(told.statuses).toEqual({ '1': 'completed', '10': 'pending', ui: 'running', build: 'pending' })
    expect(say(plan, START, spawning('Batch 1'), completedBy('1')).statuses).toEqual({
      '1': 'completed',
      '10': 'running',
      ui: 'pending',
      build: 'pending',
    })
  })

  it('[RUN-3.4] are separate: an id that is another batch’s name is not that batch', () => {
    const plan = ['ui=Build', 'Build=Deploy']
    const told = say(plan, START, status('Build', 'running', { name: 'Deploy' }), status('Build', 'completed'))
    expect(told.statuses).toEqual({ ui: 'pending', Build: 'completed' })
    expect(say(plan, START, spawning('Build')).statuses).toEqual({ ui: 'running', Build: 'pending' })
    expect(say(plan, START, sentence('mission', 'ui')).statuses).toEqual({ ui: 'pending', Build: 'pending' })
  })

  it('[RUN-3.6] [RUN-3.12] an id that no plan holds is not the batch that has it as a name', () => {
    const told = say(['a=Setup'], START, spawning('Setup'), completedBy('Setup'))
    expect(told.statuses).toEqual({ a: 'running', Setup: 'completed' })
    expect(told.view.counts.totalKnown).toBe(false)
    // In a line the sentence may be an agent's, so it has no effect.
    expect(say(['a=Setup'], START, completedBy('Setup', 3)).statuses).toEqual({ a: 'pending' })
  })

  it.each(['with space', '__proto__', 'constructor', 'toString', '', "it's", '"quoted"', 'a.b', 'ünï', '1'])(
    '[SAFE-4.43] %j is an id and a name like any other',
    id => {
      const told = say(
        [
          { id, name: `name of ${id}` },
          { id: 'other', name: id },
        ],
        START,
      )
      told.say(status(id, 'running', { name: `name of ${id}` }))
      expect(told.statuses).toEqual(Object.fromEntries([...plain(id, 'running'), ...plain('other', 'pending')]))
      told.say(status(id, 'completed', { name: id }))
      expect(told.batch(id)).toMatchObject({ status: 'completed', name: `name of ${id}` })
    },
  )

  it('[RUN-3.5] a name that ends in a full stop is found with and without it, exactly first', () => {
    expect(say(['a=Search', 'b=Search.'], START, spawning('Search.')).statuses).toEqual({ a: 'pending', b: 'running' })
    expect(say(['a=Search'], START, spawning('Search.')).statuses).toEqual({ a: 'running' })
    expect(say(['a=Search. Index'], START, spawning('Search.')).statuses).toMatchObject({ a: 'pending' })
  })

  it('[RUN-3.5] a name in quotes is found with and without them, exactly first', () => {
    const start = spawning('"Setup"', 3)
    expect(say(['a=Setup', 'b="Setup"'], START, start).statuses).toEqual({ a: 'pending', b: 'running' })
    expect(say(['a=Setup'], START, start).statuses).toEqual({ a: 'running' })
  })

  it('[RUN-3.8] of equal names the first still open', () => {
    const plan = ['m1=Mail', 'm2=Mail', 'm3=Mail']
    expect(say(plan, START, spawning('Mail'), spawning('Mail')).statuses).toEqual({
      m1: 'running',
      m2: 'running',
      m3: 'pending',
    })
    const missions = [sentence('mission', 'Mail'), sentence('merged', 'Mail'), sentence('mission', 'Mail')]
    expect(say(plan, START, ...missions).statuses).toEqual({ m1: 'completed', m2: 'completed', m3: 'pending' })
  })

  it('[RUN-3.9] of equal names the completed id takes over the start that was given to the first', () => {
    const told = say(['m1=Mail', 'm2=Mail'], START, spawning('Mail'), completedBy('m2'))
    expect(told.statuses).toEqual({ m1: 'pending', m2: 'completed' })
    expect(told.batch('m1').startedAt).toBeNull()
    expect(told.batch('m2').startedAt).toBe(new Date(T0 + 2 * SECOND).toISOString())
  })

  it('[RUN-3.9] [RUN-10.2] of equal names the one that did not begin is not at work', () => {
    const told = say(
      ['m1=Mail', 'm2=Mail', 'x'],
      START,
      spawning('Mail'),
      completedBy('m2'),
      spawning('x'),
      batchError('!'),
    )
    expect(told.statuses).toEqual({ m1: 'pending', m2: 'completed', x: 'failed' })
  })

  it('[RUN-8.23] a batch’s name is never overwritten by its id', () => {
    const planned = say(['setup=Project Setup'], status('setup', 'completed', { name: 'setup' }))
    expect(planned.batch('setup').name).toBe('Project Setup')
    const unplanned = say([], status('setup', 'running', { name: 'Project Setup' }))
    unplanned.say(status('setup', 'completed', { name: 'setup' }))
    expect(unplanned.batch('setup')).toMatchObject({ name: 'Project Setup', status: 'completed' })
    const late = say([], status('setup', 'completed', { name: 'setup' }))
    late.say(status('setup', 'completed', { name: 'Project Setup' }))
    expect(late.batch('setup').name).toBe('Project Setup')
  })

  it('[RUN-8.24] a batch’s name is the plan’s, whatever the stream calls it', () => {
    expect(say(['a=Setup'], status('a', 'running', { name: 'Other' })).batch('a').name).toBe('Setup')
  })

  it('[RUN-8.16] of equal ids in a plan the first stands, and the total is not known', () => {
    const { view } = say(['a=One', 'a=Two', 'b=Three'], START)
    expect(view.batches).toMatchObject([
      { id: 'a', name: 'One' },
      { id: 'b', name: 'Three' },
    ])
    expect(view.counts).toMatchObject({ total: 2, totalKnown: false })
    expect(view.findings.map(({ kind }) => kind)).toEqual(['repeated-id'])
  })
})

describe('completions in lines', () => {
  it('[RUN-3.10] mission and merge of one batch count once, in any order', () => {
    const told = say(['a', 'b'], START, sentence('mission', 'a'), sentence('merged', 'a'))
    expect(told.view.counts.completed).toBe(1)
    told.say(sentence('merged', 'b'))
    told.say(sentence('mission', 'b'))
    expect(told.view.counts.completed).toBe(2)
  })

  it('[RUN-3.10] a skipped batch is one more', () => {
    const told = say(['m1=Mail', 'm2=Mail'], START, sentence('skipped', 'Mail'), sentence('mission', 'Mail'))
    expect(told.view.counts.completed).toBe(2)
  })

  it('[RUN-3] of a batch that no plan holds are nothing', () => {
    const lines = [spawning('other', 3), sentence('mission', 'other'), completedBy('other', 3)]
    expect(say(['a'], START, ...lines).view.counts).toMatchObject({ total: 1, totalKnown: true, pending: 1 })
  })
})

describe('without a plan', () => {
  it('[RUN-3.12] batches count as they are named, and the total is not known', () => {
    const told = say([], START, spawning('Setup'), completedBy('setup'), spawning('Build'))
    expect(told.view.counts).toMatchObject({ total: 2, totalKnown: false, completed: 1, running: 1 })
    expect(told.view.batches).toMatchObject([
      { id: 'setup', name: 'Setup' },
      { id: 'Build', name: 'Build' },
    ])
  })

  it.each([
    ['batch_complete', completedBy('setup')],
    ['batch_status', status('setup', 'completed', { name: 'setup' })],
  ])('[RUN-3.11] an id that fits no name belongs to the only running batch, told by %s', (_, says) => {
    const told = say([], START, spawning('Project Setup'), says)
    expect(told.view.counts).toMatchObject({ total: 1, completed: 1 })
    expect(told.batch('setup')).toMatchObject({ name: 'Project Setup', startedAt: expect.any(String) as string })
  })

  it('[RUN-3.11] an id that has yet to run is not the only running batch', () => {
    expect(say([], START, spawning('One'), status('two', 'pending')).statuses).toEqual({
      One: 'running',
      two: 'pending',
    })
  })

  it('[RUN-3.11] of two running batches it is neither’s, and counts for itself', () => {
    const told = say([], START, spawning('One'), spawning('Two'), completedBy('first'))
    expect(told.statuses).toEqual({ One: 'running', Two: 'running', first: 'completed' })
    expect(told.view.counts.totalKnown).toBe(false)
  })

  it('[RUN-3.6] an id that is known is not given away again', () => {
    const told = say([], START, spawning('One'), completedBy('one'), spawning('Two'), completedBy('one'))
    expect(told.statuses).toEqual({ one: 'completed', Two: 'running' })
  })

  it('[RUN-3] two batches of one name have two ids', () => {
    const told = say([], START, spawning('Mail'), spawning('Mail'), status('x', 'pending', { name: 'Mail (2)' }))
    expect(told.view.batches.map(({ id }) => id)).toEqual(['Mail', 'Mail (2)', 'x'])
    expect(new Set(told.view.batches.map(({ id }) => id)).size).toBe(3)
  })

  it('[RUN-3.13] a plan that comes late refolds them', () => {
    const told = say([], START, spawning('Mail'), spawning('Mail'), completedBy('m2'))
    told.plan(['m1=Mail', 'm2=Mail', 'docs=Docs'])
    expect(told.statuses).toEqual({ m1: 'running', m2: 'completed', docs: 'pending' })
    expect(told.view.counts).toMatchObject({ total: 3, totalKnown: true })
  })

  it('[RUN-8] the batches are those of the history’s entry, where there is one', () => {
    const told = say([], START, RUNNING, status('a', 'running'))
    const entry = { startedAt: null, endedAt: null, branch: null, error: null, status: 'pending' }
    told.history({ status: 'running', batches: ['a', 'b'].map(id => ({ ...entry, id, name: `name of ${id}` })) })
    expect(told.view.counts).toMatchObject({ total: 2, totalKnown: true })
    expect(told.batch('a').name).toBe('name of a')
  })
})

describe('a batch that no plan holds', () => {
  it('[RUN-3.12] counts, and the total is not known', () => {
    const told = say(['a'], START, status('b', 'running', { name: 'Bee' }))
    expect(told.view.counts).toMatchObject({ total: 2, totalKnown: false, running: 1, pending: 1 })
  })
})

describe('a batch’s own times and end', () => {
  const seconds = (n: number) => new Date(T0 + n * SECOND).toISOString()

  it('[RUN-7.3] are those of the first word of each', () => {
    const told = say(['a'], status('a', 'running'), status('a', 'running'), status('a', 'completed'))
    told.say(status('a', 'completed'))
    expect(told.batch('a')).toMatchObject({ startedAt: seconds(1), endedAt: seconds(3) })
  })

  it('[RUN-1.3] running after its end does not open it again', () => {
    const told = say(['a'], status('a', 'completed'), status('a', 'running'), status('a', 'pending'))
    expect(told.statuses).toEqual({ a: 'completed' })
  })

  it('[RUN-1.4] the last word on its end stands', () => {
    const told = say(['a'], status('a', 'completed', { branch: 'b' }), status('a', 'failed', { error: 'Task failed' }))
    expect(told.batch('a')).toMatchObject({ status: 'failed', error: 'Task failed', branch: 'b', endedAt: seconds(2) })
  })

  it('[RUN-4] a message that was lost at first takes its place', () => {
    const told = new Told(['a'])
    const begun = told.say(START)
    told.now += SECOND
    const done = told.say(status('a', 'completed'))
    const lost = { ...done, id: 'lost', says: status('a', 'running'), time: { ms: T0 + 2 * SECOND, ns: 0 } }
    told.close().open().replay(begun, lost, done)
    expect(told.batch('a')).toMatchObject({ status: 'completed', startedAt: seconds(2), endedAt: seconds(3) })
  })
})

describe('batches completed before the run began', () => {
  const done = (id: string) => ({ id, name: id, completed: true, branch: branchOf(id) })

  it('[RUN-8.2] are the plan’s completed ones without a message in this stream', () => {
    const told = say([done('a'), done('b'), 'c'], START, RUNNING, resuming(2), status('c', 'running'))
    expect(told.statuses).toEqual({ a: 'completed', b: 'completed', c: 'running' })
    expect(told.batch('a')).toMatchObject({ basis: 'plan', branch: branchOf('a'), startedAt: null, endedAt: null })
  })

  it('[RUN-8.1] are none where the orchestrator does not say so', () => {
    expect(say([done('a'), 'b'], START, RUNNING).view.counts).toMatchObject({ completed: 0, pending: 2 })
  })

  it('[RUN-8.1] [RUN-8.2] are at most N', () => {
    const told = say([done('a'), done('b'), done('c')], START, RUNNING, resuming(2))
    expect(told.view.counts).toMatchObject({ completed: 2, pending: 1 })
  })

  it('[RUN-8.2] are not those that this run completed since', () => {
    const told = new Told()
    told.say(START)
    told.say(resuming(1))
    told.say(status('b', 'running'))
    told.say(status('b', 'completed'))
    told.plan([done('b'), done('a'), 'c'])
    expect(told.statuses).toEqual({ b: 'completed', a: 'completed', c: 'pending' })
    expect(told.batch('b').basis).toBe('stream')
  })

  it('[RUN-8.2] are taken from the plan as it was before, if it was read then', () => {
    const told = say([done('a'), 'b', 'c'], START, resuming(1))
    told.plan(['a', done('b'), 'c'], true)
    expect(told.statuses).toEqual({ a: 'completed', b: 'pending', c: 'pending' })
  })

  it('[RUN-8.2] are none that the stream names, though the plan has as many', () => {
    const told = say([], START, resuming(1), status('b', 'running'))
    told.plan([done('b'), 'a'], true)
    expect(told.statuses).toEqual({ b: 'running', a: 'pending' })
  })

  it('[RUN-8.3] are none of those that begin now, though they share a name', () => {
    const plan = [{ ...done('m1'), name: 'Mail' }, 'm2=Mail']
    expect(say(plan, START, resuming(1), spawning('Mail')).statuses).toEqual({ m1: 'completed', m2: 'running' })
    const late = say([], START, resuming(1), spawning('Mail')).plan(plan)
    expect(late.statuses).toEqual({ m1: 'completed', m2: 'running' })
  })

  it('[RUN-8.2] are not one that begins now, where the plan is ahead of the stream', () => {
    const told = say([], START, resuming(1), spawning('b'))
    told.plan([done('b'), done('a'), 'c'], true)
    expect(told.statuses).toEqual({ b: 'running', a: 'completed', c: 'pending' })
  })

  it('[RUN-8.2] are taken from the history where no plan tells', () => {
    const told = say(['a', 'b'], START, resuming(1))
    const entry = { name: null, startedAt: null, branch: null, error: null }
    told.history({ batches: [{ ...entry, id: 'b', status: 'completed', endedAt: T0 - SECOND }] })
    expect(told.batch('b')).toMatchObject({ status: 'completed', basis: 'history' })
  })
})

describe('a plan that is ahead of the stream', () => {
  const done = { id: 'a', name: 'a', completed: true, branch: branchOf('a') }

  it('[RUN-8.5] [RUN-9.12] corrects a running batch, and says that it is ahead', () => {
    const told = say(['a', 'b'], START, status('a', 'running'))
    expect(told.derive().ahead).toBe(0)
    told.plan([done, 'b'])
    expect(told.batch('a')).toMatchObject({ status: 'completed', branch: branchOf('a'), basis: 'plan' })
    expect(told.derive().ahead).toBe(1)
  })

  it('[RUN-8.19] corrects a batch the stream never named only where it was read before the run, too', () => {
    expect(say(['a', 'b'], START, RUNNING).plan([done, 'b']).statuses).toEqual({ a: 'completed', b: 'pending' })
    expect(say([], START, RUNNING).plan([done, 'b']).statuses).toEqual({ a: 'pending', b: 'pending' })
  })

  it('[RUN-8.5] corrects nothing while another run of the spec overlaps', () => {
    const told = say(['a', 'b'], START, status('a', 'running')).plan([done, 'b'], true)
    expect(told.statuses).toEqual({ a: 'running', b: 'pending' })
    expect(told.derive().ahead).toBe(0)
  })

  it('[RUN-8.18] corrects nothing by what was completed before', () => {
    const told = say([done, 'b'], START, RUNNING).plan([done, 'b'])
    expect(told.statuses).toEqual({ a: 'pending', b: 'pending' })
  })

  it('[RUN-8.17] corrects nothing where it was read before the first message of a run that had long begun', () => {
    const told = new Told([done, 'b'])
    told.say(status('a', 'running'), { time: { ms: T0 - 60 * SECOND, ns: 0 } })
    expect(told.statuses).toEqual({ a: 'running', b: 'pending' })
  })

  it('[RUN-8.13] corrects nothing where it was read more than 2 s after the run, though its end was heard later', () => {
    const read = (late: number) => {
      const told = say(['a', 'b'], START, RUNNING, status('a', 'running'))
      const end = told.now
      told.wait(late).plan([done, 'b'])
      told.say(FAILED, { time: { ms: end, ns: 0 } })
      return told.statuses
    }
    expect(read(2 * SECOND)).toEqual({ a: 'completed', b: 'pending' })
    expect(read(2 * SECOND + 1)).toEqual({ a: 'aborted', b: 'pending' })
  })

  it('[RUN-8] takes nothing back', () => {
    const told = say(['a', 'b'], START, status('a', 'completed')).plan(['a', 'b'])
    expect(told.statuses).toEqual({ a: 'completed', b: 'pending' })
  })
})

describe('a history that is ahead of the stream', () => {
  const entry = { id: 'a', name: null, startedAt: null, branch: 'b', error: null }

  it('[RUN-8.20] [RUN-9.12] corrects an open batch, and says that it is ahead', () => {
    const told = say(['a'], START, RUNNING)
    told.history({ batches: [{ ...entry, status: 'completed', endedAt: T0 + 9 * SECOND }] })
    expect(told.batch('a')).toMatchObject({ status: 'completed', basis: 'history', branch: 'b' })
    expect(told.batch('a').endedAt).toBe(new Date(T0 + 9 * SECOND).toISOString())
    expect(told.derive().ahead).toBe(1)
  })

  it('[RUN-8.22] corrects nothing by what ended before this run began, in an entry it shares', () => {
    const told = say(['a'], START, RUNNING)
    told.history({ batches: [{ ...entry, status: 'completed', endedAt: T0 - SECOND }] })
    expect(told.statuses).toEqual({ a: 'pending' })
  })

  it('[RUN-8.11] corrects nothing while another run at work has the same entry', () => {
    const told = say(['a'], START, RUNNING)
    const batches = [{ ...entry, status: 'completed', endedAt: T0 + 9 * SECOND }]
    expect(told.history({ batches, shared: true }).statuses).toEqual({ a: 'pending' })
    expect(told.history({ batches }).statuses).toEqual({ a: 'completed' })
  })

  it('[RUN-8.13] corrects nothing by what ended more than 2 s after the run, as in an entry that a later run goes on with', () => {
    const told = say(['a', 'b'], START, RUNNING, status('a', 'running'), FAILED)
    const end = told.now
    const at = (endedAt: number) => told.history({ batches: [{ ...entry, status: 'completed', endedAt }] }).statuses
    expect(at(end + 2 * SECOND + 1)).toEqual({ a: 'aborted', b: 'pending' })
    expect(at(end + 2 * SECOND)).toEqual({ a: 'completed', b: 'pending' })
  })

  it.each([
    ['an abort that was asked for', [ABORT], 'aborted'],
    ['a failure that a batch’s error proves', [batchError('Boom'), failed('Boom')], 'failed'],
  ] as const)('[RUN-8.13] nor after %s', (_, last, ended) => {
    const told = say(['a', 'b'], START, RUNNING, status('a', 'running'))
    told.observe({ kind: 'stop', at: told.now })
    for (const says of last) told.say(says)
    const end = told.now
    const at = (endedAt: number) => told.history({ batches: [{ ...entry, status: 'completed', endedAt }] }).statuses
    expect(at(end + 2 * SECOND + 1)).toEqual({ a: ended, b: 'pending' })
    expect(at(end + 2 * SECOND)).toEqual({ a: 'completed', b: 'pending' })
  })

  it('[RUN-8] never overrules the stream', () => {
    const told = say(['a'], START, status('a', 'completed'))
    told.history({ batches: [{ ...entry, status: 'failed', endedAt: T0 + 9 * SECOND }] })
    expect(told.batch('a')).toMatchObject({ status: 'completed', basis: 'stream' })
  })
})

describe('a failed merge', () => {
  const merge = [START, RUNNING, status('a b', 'running'), status('x', 'running'), status('a b', 'completed')]

  it('[RUN-5.4] is that of the batch whose branch the last "Merging branch …" names', () => {
    const told = say(['a b', 'x'], ...merge.slice(0, -1))
    told.say(status('x', 'completed', { branch: branchOf('x') }))
    told.say(merging('x'))
    told.say(status('a b', 'completed', { branch: branchOf('a b') }))
    told.say(merging('a b'))
    told.say({ kind: 'execution-failed', error: 'Merge failed' })
    expect(told.statuses).toEqual({ 'a b': 'failed', x: 'completed' })
    expect(told.batch('a b')).toMatchObject({ branch: branchOf('a b'), error: 'Merge failed', basis: 'inferred' })
  })

  it('[RUN-5.5] is found by its branch’s name where the completion was lost', () => {
    const told = say(['a b', 'x'], ...merge.slice(0, -1), merging('a b'))
    told.say({ kind: 'execution-failed', error: 'AI could not resolve all conflicts' })
    expect(told.statuses).toEqual({ 'a b': 'failed', x: 'aborted' })
    expect(told.batch('a b').branch).toBe(branchOf('a b'))
  })
})

describe('a nameless batch_error', () => {
  it('[RUN-10.2] is that of the only running batch', () => {
    const told = say(['a', 'b'], START, status('a', 'running'), batchError('it broke'))
    expect(told.batch('a')).toMatchObject({ status: 'failed', error: 'it broke', basis: 'inferred' })
    expect(told.batch('a').endedAt).toBe(new Date(told.now).toISOString())
    expect(told.view.status).toBe('running')
  })

  it('[RUN-10] [RUN-1.5] of two running batches is nobody’s; they are aborted with the run', () => {
    const told = say(['a', 'b'], START, status('a', 'running'), status('b', 'running'), batchError('x'))
    expect(told.statuses).toEqual({ a: 'running', b: 'running' })
    told.say(FAILED)
    expect(told.statuses).toEqual({ a: 'aborted', b: 'aborted' })
  })

  it('[RUN-10] twice at once, of two running batches, still is nobody’s', () => {
    const told = say(['a', 'b'], status('a', 'running'), status('b', 'running'), batchError('x'), batchError('y'))
    told.say(FAILED)
    expect(told.view.counts).toMatchObject({ failed: 0, aborted: 2 })
  })

  it('[RUN-10] twice, of one running batch, is one failure', () => {
    const told = say(['a', 'b'], status('a', 'running'), batchError('x'), batchError('y'), FAILED)
    expect(told.batch('a')).toMatchObject({ status: 'failed', error: 'x' })
    expect(told.view.counts).toMatchObject({ failed: 1, pending: 1 })
  })

  it('[RUN-10.6] [RUN-10.7] is not that of a batch that completes after it, nor of another where one was named', () => {
    const told = say(['a', 'b'], status('a', 'running'), batchError('x'), status('a', 'completed'))
    expect(told.statuses).toEqual({ a: 'completed', b: 'pending' })
    const named = say(['a', 'b'], status('a', 'running'), status('b', 'failed'), batchError('x'), FAILED)
    expect(named.statuses).toEqual({ a: 'aborted', b: 'failed' })
  })
})

describe('bounds', () => {
  const overflow = (told: Told) => told.view.findings.filter(({ kind }) => kind === 'too-many-batches')
  const ids = (count: number) => Array.from({ length: count }, (_, n) => `b${String(n)}`)

  it('[SAFE-5.42] a plan of 2,000 batches is whole', () => {
    const told = say(ids(2_000), START)
    expect(told.view.counts).toMatchObject({ total: 2_000, totalKnown: true })
    expect(overflow(told)).toHaveLength(0)
  })

  it('[SAFE-5.91] [SAFE-5.41] [SAFE-5.42] of a larger one 2,000 batches are shown, and the rest is told of', () => {
    const told = say(ids(2_001), START, status('b2000', 'running'), status('b1', 'running'))
    expect(told.view.counts).toMatchObject({ total: 2_000, totalKnown: false, running: 1 })
    expect(overflow(told)).toHaveLength(1)
  })

  it('[SAFE-5.41] [SAFE-5.42] nor do batches that no plan holds grow beyond that', () => {
    const told = say([], START, ...ids(2_500).map(id => status(id, 'completed', { name: `name of ${id}` })))
    expect(told.view.counts).toMatchObject({ total: 2_000, totalKnown: false, completed: 2_000 })
    expect(overflow(told)).toHaveLength(1)
  })
})

const plain = (id: string, to: string): [string, string][] => [[id, to]]
