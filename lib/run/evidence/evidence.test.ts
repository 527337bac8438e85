import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { shown } from './evidence'
import { CLAIMS_ALONE } from '../links'
import {
  agent,
  batchError,
  branchOf,
  COMPLETED,
  completedBy,
  FAILED,
  failed,
  resuming,
  RUNNING,
  SECOND,
  spawning,
  START,
  status,
  T0,
  Told,
} from '../../testing/run/told-run'

const iso = (ms: number) => new Date(ms).toISOString()

const entryOf = (id: string, status: string) => ({
  ...{ id, status, name: null, startedAt: null, endedAt: null, branch: null, error: null },
})

/** Two batches at work since 3 s and 4 s after `T0`; one of them will fail. Docker is watched. */
function twoAtWork(): Told {
  const told = new Told(['good', 'bad', 'last']).watched()
  for (const says of [START, RUNNING, status('good', 'running'), status('bad', 'running')]) told.say(says)
  return told.shows('good', agent('g', { tree: 'good-1a2b3c', createdAt: told.now }))
}

const bad = (ms: number, exitCode: number | null = 3) =>
  agent('b', { tree: 'bad-1a2b3c', createdAt: T0 + 4 * SECOND, finishedAt: exitCode === null ? null : ms, exitCode })

describe('a nameless failure', () => {
  it('[RUN-10.3] [RUN-10.6] is that of the batch whose container alone has failed by then', () => {
    const told = twoAtWork()
    const { now } = told.shows('bad', bad(told.now))
    told.say(batchError('Claude Code execution failed with exit code -1'))
    expect(told.statuses).toEqual({ good: 'running', bad: 'failed', last: 'pending' })
    told.say(FAILED)
    expect(told.statuses).toEqual({ good: 'aborted', bad: 'failed', last: 'pending' })
    expect(told.batch('bad')).toMatchObject({
      ...{ basis: 'inferred', error: 'Claude Code execution failed with exit code -1', verdict: 'agrees' },
      ...{ endedAt: iso(now + SECOND), container: { exitCode: 3 } },
    })
    expect(told.wait(SECOND).batch('good')).toMatchObject({ basis: 'stream', verdict: 'orphan' })
  })

  it('[RUN-10.3] [RUN-10.9] is named as soon as Docker shows which, also after the run’s end', () => {
    const told = twoAtWork()
    const failedAt = told.now
    for (const says of [batchError('x'), FAILED]) told.say(says)
    expect(told.statuses).toMatchObject({ good: 'aborted', bad: 'aborted' })
    told.shows('bad', bad(failedAt))
    expect(told.statuses).toMatchObject({ good: 'aborted', bad: 'failed' })
    // A batch does not stay failed if its container is no longer assigned to this run.
    told.shows(null, bad(failedAt))
    expect(told.statuses).toMatchObject({ good: 'aborted', bad: 'aborted' })
  })

  it('[RUN-10.5] is nobody’s where several have failed, or none', () => {
    const told = twoAtWork().shows('bad', bad(T0 + 4 * SECOND))
    const good = agent('g', { tree: 'good-1a2b3c', createdAt: T0 + 4 * SECOND, exitCode: 137 })
    told.shows('good', good).say(batchError('x'))
    expect(told.statuses).toMatchObject({ good: 'running', bad: 'running' })
    told.shows('good', { ...good, exitCode: 0 }).shows('bad', bad(T0, 0))
    expect(told.statuses).toMatchObject({ good: 'running', bad: 'running' })
  })

  it('[RUN-10.3] is not that of a batch whose container fails later', () => {
    const told = twoAtWork().shows('bad', bad(T0 + 4 * SECOND))
    const { time } = told.say(batchError('x'))
    const later = { tree: 'good-1a2b3c', createdAt: T0 + 4 * SECOND, exitCode: 1 }
    told.shows('good', agent('g', { ...later, finishedAt: time.ms + SECOND }))
    expect(told.statuses).toMatchObject({ good: 'running', bad: 'failed' })
  })

  it.each([
    [2_000, 'failed'],
    [2_001, 'running'],
  ])('[RUN-10.4] is that of a container that by a clock of Docker’s own failed %d ms later: %s', (ms, expected) => {
    const told = twoAtWork()
    const { time } = told.say(batchError('x'))
    told.shows('bad', bad(time.ms + ms))
    expect(told.statuses).toMatchObject({ good: 'running', bad: expected })
  })

  it('[RUN-10.3] is not that of a batch that has begun its next container by then', () => {
    const told = twoAtWork().shows('bad', bad(T0 + 4 * SECOND, 137))
    told.shows('bad', agent('next', { tree: 'bad-1a2b3c', createdAt: T0 + 4.5 * SECOND })).say(batchError('x'))
    expect(told.statuses).toMatchObject({ good: 'running', bad: 'running' })
  })

  it('[RUN-10.3] stays that of a batch whose next container begins only later', () => {
    const told = twoAtWork().shows('bad', bad(T0 + 4 * SECOND))
    const { time } = told.say(batchError('x'))
    told.shows('bad', agent('next', { tree: 'bad-1a2b3c', createdAt: time.ms + 10 * SECOND }))
    expect(told.statuses).toMatchObject({ good: 'running', bad: 'failed' })
  })

  it('[RUN-10.6] is nobody’s where a batch was named', () => {
    const told = twoAtWork().shows('bad', bad(T0 + 4 * SECOND))
    for (const says of [batchError('x'), status('good', 'failed', { error: 'y' })]) told.say(says)
    expect(told.statuses).toMatchObject({ good: 'failed', bad: 'running' })
  })

  it('[RUN-10.2] is that of the only batch at work, whatever Docker shows', () => {
    const told = new Told(['good', 'bad']).watched()
    for (const says of [START, status('good', 'running')]) told.say(says)
    told.shows('bad', bad(told.now)).say(batchError('x'))
    expect(told.statuses).toEqual({ good: 'failed', bad: 'pending' })
  })

  it('[RUN-10] is found by its name where no id is told yet', () => {
    const told = new Told().watched()
    for (const says of [START, spawning('Good'), spawning('Bad')]) told.say(says)
    told.shows('Bad', agent('b', { tree: 'bad-1a2b3c', createdAt: told.now, exitCode: 3 })).say(batchError('x'))
    expect(told.statuses).toEqual({ Good: 'running', Bad: 'failed' })
  })
})

describe('batches of one name', () => {
  const begun = (first: string, seconds: number) => {
    const told = new Told(['mail=Mail', 'mail-2=Mail']).watched()
    for (const says of [START, spawning('Mail')]) told.say(says)
    return told.shows(first, agent('c', { tree: `${first}-1a2b3c`, createdAt: told.now + seconds * SECOND }))
  }

  it('[RUN-3] [RUN-10.8] are told apart by the container that appears', () => {
    expect(new Told(['mail=Mail', 'mail-2=Mail']).statuses).toEqual({ mail: 'pending', 'mail-2': 'pending' })
    expect(begun('mail', 0.1).statuses).toEqual({ mail: 'running', 'mail-2': 'pending' })
    expect(begun('mail-2', 0.1).statuses).toEqual({ mail: 'pending', 'mail-2': 'running' })
  })

  it.each([
    [-2.001, 'pending'],
    [-2, 'running'],
    [60, 'running'],
    [60.001, 'pending'],
  ])('[RUN-3] [RUN-10.8] by one that is created %d s after the start: %s', (seconds, expected) => {
    expect(begun('mail-2', seconds).statuses['mail-2']).toBe(expected)
  })

  it('[RUN-3] [RUN-10.8] each start is that of the container which appears next', () => {
    const told = begun('mail-2', 0.1)
    told.wait(20 * SECOND)
    told.say(spawning('Mail'))
    told.shows('mail', agent('d', { tree: 'mail-1a2b3c', createdAt: told.now + 100 }))
    expect(told.batch('mail-2').startedAt).toBe(iso(T0 + 2 * SECOND))
    expect(told.batch('mail').startedAt).toBe(iso(told.now))
  })
})

describe('evidence beside a claim', () => {
  it('[RUN-10.1] never overwrites it', () => {
    const told = twoAtWork().shows('bad', bad(T0 + 4 * SECOND))
    told.wait(60 * SECOND)
    expect(told.batch('bad')).toMatchObject({ status: 'running', endedAt: null, error: null, verdict: 'late' })
    told.say(status('bad', 'completed', { branch: branchOf('bad') }))
    expect(told.batch('bad')).toMatchObject({ status: 'completed', error: null, verdict: 'conflict' })
    expect(told.view.counts).toMatchObject({ completed: 1, failed: 0 })
  })

  it('[DOCK-2.27] is a finding where it does not fit, which names the batch, the container and since when', () => {
    const told = twoAtWork().shows('bad', bad(T0 + 4 * SECOND))
    expect(told.view.findings).toEqual([])
    told.wait(60 * SECOND)
    const { reason } = told.batch('bad')
    expect(told.view.findings).toEqual([
      { kind: 'late', text: `bad: ${reason}`, at: iso(T0 + 4 * SECOND), batchId: 'bad', containerId: 'b' },
    ])
    expect(told.batch('bad').reasonSince).toBe(iso(T0 + 4 * SECOND))
    told.links = { ...told.links, docker: { ...told.links.docker, link: 'down' } }
    expect(told.view.findings).toEqual([])
  })

  it('[DOCK-2.27] is a finding that names the container it speaks of, also where a later one has ended', () => {
    const told = new Told(['a']).watched()
    for (const says of [START, RUNNING, status('a', 'running')]) told.say(says)
    const [first, second] = ['1111111111111111', '2222222222222222']
    told.shows('a', agent(first, { createdAt: told.now }))
    told.shows('a', agent(second, { createdAt: told.now + SECOND, exitCode: 0 }))
    told.say(FAILED)
    const [orphan] = told.wait(60 * SECOND).view.findings
    expect(orphan).toMatchObject({ kind: 'orphan', containerId: first })
    expect(orphan?.text).toContain('111111111111')
  })

  it('[DOCK-2.22] wakes at the first moment at which any verdict changes', () => {
    const told = twoAtWork()
    // `bad` has no container since the 4th second. That counts after two lists were read.
    const read = [T0 + 10 * SECOND, T0 + 6 * SECOND]
    told.links = { ...told.links, docker: { ...told.links.docker, lists: read } }
    expect(told.wait(5 * SECOND).derive().deadline).toBeNull()
    told.wait(SECOND)
    expect(told.derive().deadline).toBe(T0 + 19 * SECOND)
    told.shows('good', agent('g', { tree: 'good-1a2b3c', createdAt: T0, finishedAt: T0 + 10 * SECOND, exitCode: 1 }))
    expect(told.derive().deadline).toBe(T0 + 15 * SECOND)
    expect(told.derive(T0 + 15 * SECOND - 1).view.batches.map(({ verdict }) => verdict)).not.toContain('late')
    expect(told.derive(T0 + 15 * SECOND).view.batches.map(({ verdict }) => verdict)).toContain('late')
  })

  it('[DOCK-7.21] is the sequence of all its containers, the latest of which is shown as its own', () => {
    const told = twoAtWork()
    const steps = [3, 1, 2].map(n => agent(`s${n}`, { tree: 'bad-1a2b3c', createdAt: T0 + n * SECOND, exitCode: n }))
    for (const step of steps) told.shows('bad', step)
    const { container, containers } = told.batch('bad')
    expect(containers.map(({ id }) => id)).toEqual(['s1', 's2', 's3'])
    expect(container).toEqual(containers[2])
    expect(told.batch('last')).toMatchObject({ container: null, containers: [] })
  })

  it('[DOCK-5.21] stays when the container is gone', () => {
    const told = twoAtWork().shows('bad', { ...bad(T0 + 4 * SECOND), removed: true })
    expect(told.batch('bad').container).toMatchObject({ removed: true, exitCode: 3, state: 'exited' })
  })

  it('[DOCK-6.21] shows nothing of a container’s configuration', () => {
    const { marks: _, role: __, image: ___, seenEndedAt: ____, seenRunningAt: _____, ...facts } = bad(T0)
    const { createdAt, ...kept } = facts
    expect(shown(bad(T0))).toEqual({ ...kept, startedAt: iso(createdAt), finishedAt: iso(T0) })
  })

  it('[DOCK-2.24] counts on our clock where the backend’s is another', () => {
    const behind = 600 * SECOND
    const told = new Told(['a', 'b']).watched()
    const stamp = () => ({ time: { ms: told.now + SECOND - behind, ns: 0 }, live: true })
    told.say(START, stamp())
    told.say(status('a', 'running'), stamp())
    told.wait(20 * SECOND)
    expect(told.batch('a')).toMatchObject({ verdict: 'ghost', reasonSince: iso(T0 + 2 * SECOND) })
    told.say(status('a', 'aborted'), stamp())
    told.say(FAILED, stamp())
    told.shows('a', agent('c', { createdAt: T0 }))
    const ended = told.now
    expect(told.wait(SECOND).batch('a')).toMatchObject({ verdict: 'orphan', reasonSince: iso(ended) })
  })

  it('[DOCK-2.24] is judged since a plan or history first said so where the stream tells no start', () => {
    const told = new Told().watched()
    const entry = { status: 'running', startedAt: T0, batches: [] }
    told.history({ ...entry, batches: [entryOf('a', 'running')] }).wait(5 * SECOND)
    told.history({ ...entry, batches: ['a', 'b'].map(id => entryOf(id, 'running')) })
    expect(told.derive(T0 + 15 * SECOND).view.batches.map(({ verdict }) => verdict)).toEqual(['ghost', 'agrees'])
    expect(told.derive(T0 + 19_999).view.batches.map(({ verdict }) => verdict)).toEqual(['ghost', 'agrees'])
    expect(told.derive(T0 + 20 * SECOND).view.batches.map(({ verdict }) => verdict)).toEqual(['ghost', 'ghost'])
    // If the batch begins again, its time begins again.
    told.history({ ...entry, batches: [entryOf('a', 'pending')] }).wait(SECOND)
    told.history({ ...entry, batches: [entryOf('a', 'running')] }).wait(14 * SECOND)
    expect(told.batch('a').verdict).toBe('agrees')
  })

  it.each(['dry run', 'without Docker'])('[DOCK-2] is not missed where no container is due: %s', why => {
    const told = new Told(['a']).watched()
    if (why === 'dry run') told.observe({ kind: 'accepted', at: T0, spec: '001-todo', dryRun: true })
    else told.say({ kind: 'runs-locally' })
    told.say(status('a', 'running'))
    expect(told.wait(60 * SECOND).batch('a').verdict).toBe('local')
  })

  it('[DOCK-4.35] is no ghost where a container may be its own or another’s', () => {
    const told = new Told(['a', 'b']).watched()
    for (const says of [START, RUNNING, status('a', 'running'), status('b', 'running')]) told.say(says)
    told.mayHave([{ batchId: 'a', container: agent('c0ffeec0ffee', { createdAt: told.now }) }]).wait(60 * SECOND)
    expect(told.batch('a')).toMatchObject({ verdict: 'unknown', container: null, reasonSince: null })
    expect(told.batch('a').reason).toContain('container c0ffeec0ffee may be its or another’s')
    expect(told.view.findings).toMatchObject([{ kind: 'ghost', batchId: 'b' }])
    expect(told.mayHave([]).batch('a').verdict).toBe('ghost')
  })

  it('[DOCK-3.21] is not judged where nothing is watched', () => {
    const told = twoAtWork().shows('bad', bad(T0 + 4 * SECOND))
    told.links = CLAIMS_ALONE
    told.wait(600 * SECOND)
    expect(new Set(told.view.batches.map(({ verdict }) => verdict))).toEqual(new Set(['unknown']))
    expect(told.derive().deadline).toBeNull()
  })

  it('[SAFE-4.43] of a batch called __proto__ is like any other', () => {
    const told = new Told(['__proto__', 'a']).watched()
    for (const says of [START, status('__proto__', 'running'), status('a', 'running')]) told.say(says)
    told.shows('__proto__', agent('c', { tree: '__proto__-1a2b3c', createdAt: told.now }))
    expect(told.batch('__proto__')).toMatchObject({ verdict: 'agrees', container: { id: 'c' } })
    expect(told.batch('a').container).toBeNull()
  })

  it('[SAFE-5.93] [SAFE-5.41] [SAFE-5.43] of more containers than are kept is said to be incomplete', () => {
    const told = twoAtWork()
    for (let n = 0; n <= 10_000; n += 1) told.shows('good', agent(`c${n}`))
    expect(told.batch('good').containers).toHaveLength(10_000)
    expect(told.view.findings.map(({ kind }) => kind)).toContain('overflow')
  })

  it('[RUN-10.9] comes to the same in any order', () => {
    const containers = fc.uniqueArray(
      fc.record({
        id: fc.constantFrom('c1', 'c2', 'c3', 'c4', 'c5'),
        batch: fc.constantFrom('good', 'bad', 'last'),
        createdAt: fc.integer({ min: 0, max: 5 }).map(n => T0 + n * SECOND),
        exitCode: fc.option(fc.constantFrom(0, 3)),
      }),
      { selector: ({ id }) => id },
    )
    const shuffled = containers.chain(all =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
    )
    fc.assert(
      fc.property(shuffled, orders => {
        const views = orders.map(order => {
          const told = new Told(['good', 'bad', 'last']).watched()
          const show = () => {
            for (const { id, batch, ...over } of order)
              told.shows(batch, agent(id, { tree: `${batch}-1a2b3c`, ...over }))
          }
          for (const says of [START, status('good', 'running'), status('bad', 'running'), batchError('x')])
            told.say(says)
          show()
          for (const says of [completedBy('good'), COMPLETED]) told.say(says)
          return told.view
        })
        expect(views[1]).toEqual(views[0])
      }),
    )
  })
})

describe('any story of a run', () => {
  it('[DOCK-2.22] its view stays as it is until its deadline', () => {
    const id = fc.constantFrom('a', 'b')
    const step = fc.oneof(
      fc
        .constantFrom(START, RUNNING, FAILED, COMPLETED, batchError('x'), failed('x'), spawning('a'))
        .map(says => (told: Told) => {
          told.say(says)
        }),
      fc.tuple(id, fc.constantFrom('running', 'completed', 'failed')).map(([id, to]) => (told: Told) => {
        told.say(status(id, to))
      }),
      fc
        .tuple(id, fc.constantFrom('c1', 'c2', 'c3'), fc.option(fc.constantFrom(0, 3)), fc.boolean())
        .map(([batch, id, exitCode, removed]) => (told: Told) => {
          told.shows(
            batch,
            agent(id, { createdAt: told.now, exitCode, removed, seenEndedAt: removed ? told.now : null }),
          )
        }),
      fc.tuple(id, fc.constantFrom('running', 'completed')).map(([id, to]) => (told: Told) => {
        told.history({ status: 'running', startedAt: T0, batches: [entryOf(id, to), entryOf('c', 'pending')] })
      }),
      fc.constant((told: Told) => {
        told.history({ status: 'completed', startedAt: T0, endedAt: told.now })
      }),
      fc.integer({ min: 1, max: 70 }).map(seconds => (told: Told) => {
        told.wait(seconds * SECOND)
      }),
      fc.constantFrom('live', 'down').map(link => (told: Told) => {
        told.watched({ link })
      }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), fc.double({ min: 0, max: 1, noNaN: true }), (steps, part) => {
        const told = new Told(['a', 'b']).watched()
        for (const act of steps) act(told)
        // A new list could change the verdict, so no list is read from here on.
        const lists = told.links.docker.lists.filter(at => at <= told.now)
        told.links = { ...told.links, docker: { ...told.links.docker, lists } }
        const { view, deadline } = told.derive()
        const until = deadline ?? told.now + 600 * SECOND
        expect(until).toBeGreaterThan(told.now)
        for (const at of [told.now + Math.floor((until - 1 - told.now) * part), until - 1]) {
          expect(told.derive(at)).toMatchObject({ view, deadline })
        }
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('a batch that was completed before its run', () => {
  const planned = (id: string, completed: boolean) => ({ id, completed, ...(completed && { branch: branchOf(id) }) })
  const BEFORE = /^Completed before this run, so no container was started for it; no verdict\.$/

  it.each([
    ['all of them', ['a', 'b', 'c'], []],
    ['some of them', ['a', 'b'], ['c']],
    ['one', ['a'], ['b', 'c']],
  ])('[DOCK-2.9] [RUN-8.29] is unknown, and says that it was: %s', (_, done, rest) => {
    const plan = [...done.map(id => planned(id, true)), ...rest.map(id => planned(id, false))]
    const told = new Told(plan).watched()
    for (const says of [START, RUNNING, resuming(done.length)]) told.say(says)
    for (const id of rest) {
      told.say(status(id, 'running'))
      told.say(status(id, 'completed'))
    }
    told.say(COMPLETED)
    for (const id of done) {
      expect(told.batch(id)).toMatchObject({ verdict: 'unknown', reason: expect.stringMatching(BEFORE) as string })
      expect(told.batch(id)).toHaveProperty('before', true)
    }
    for (const id of rest) expect(told.batch(id).reason).not.toMatch(BEFORE)
    expect(told.view.findings).toEqual([])
  })

  it('[DOCK-2.9] is judged by its containers, where this run has any of it', () => {
    const told = new Told([planned('a', true)]).watched()
    for (const says of [START, RUNNING, resuming(1), COMPLETED]) told.say(says)
    told.shows('a', agent('x', { tree: 'a-1a2b3c', createdAt: told.now, finishedAt: told.now, exitCode: 3 }))
    expect(told.batch('a')).toMatchObject({ verdict: 'conflict' })
  })
})
