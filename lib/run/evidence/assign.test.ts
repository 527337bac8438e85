import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { assign, type Assignment } from './assign'
import type { CandidateRun } from './candidate-run'
import type { ContainerFacts } from './container-facts'
import { agent, branchOf, REPOSITORY, SECOND, T0 } from '../../testing/run/told-run'

type BatchShape = Partial<CandidateRun['batches'][number]> & { id: string }

/** A run that by default began at `T0`, and its batches a second later. */
const run = (
  runId: string,
  batches: readonly (string | BatchShape)[],
  over: Partial<CandidateRun> = {},
): CandidateRun => ({
  runId,
  historyId: null,
  startedAt: T0,
  endedAt: null,
  ...over,
  batches: batches.map(batch => {
    const shape = typeof batch === 'string' ? { id: batch } : batch
    return { name: shape.id, startedAt: (over.startedAt ?? T0) + SECOND, branch: null, ...shape }
  }),
})

const given = (runId: string, batchId: string, by: 'label' | 'tree' | 'mission' = 'tree'): Assignment => ({
  ...{ kind: 'assigned', runId, batchId, by },
})
/** @param candidates as `<run id> <batch id>` */
const nobodys = (...candidates: `${string} ${string}`[]): Assignment => ({
  kind: 'unassigned',
  candidates: candidates.map(text => {
    const [runId = '', batchId = ''] = text.split(' ')
    return { runId, batchId }
  }),
})

const at = (seconds: number) => ({ createdAt: T0 + seconds * SECOND })
const branch = (id: string, suffix: string) => `worktree/main/ckrv-batch-${id}-${suffix}`

describe('a run that died with its backend', () => {
  // Each run reports only that its batch began. The next run begins a moment after the death of the one before is known.
  const died = (n: number) =>
    run(`r${n}`, ['a'], {
      ...{ startedAt: T0 + 3 * n * SECOND, endedAt: T0 + (3 * n + 1) * SECOND, diedBy: T0 + (3 * n + 2) * SECOND },
    })
  const runs = [died(0), died(1), died(2)]
  const agents = [0, 1, 2].map(n => agent(`c${n}`, { ...at(3 * n + 1.5), tree: `a-00000${n}` }))

  it('[DOCK-4.30] [RUN-11] may have begun a container after its last word, and the next run’s is not its own', () => {
    const expected = [0, 1, 2].map(n => [`c${n}`, given(`r${n}`, 'a')] as const)
    expect([...assign(agents, runs)]).toEqual(expected)
    expect([...assign([...agents].reverse(), [...runs].reverse())].sort()).toEqual(expected)
  })

  it('[DOCK-4.30] that is noticed late takes nothing that was created in another’s time', () => {
    const late = { ...died(0), diedBy: T0 + 3_600 * SECOND }
    const open = run('r9', ['a'], { startedAt: T0 + 60 * SECOND })
    const own = agent('c', { ...at(62), tree: 'a-999999' })
    expect(assign([own], [late, open]).get('c')).toEqual(given('r9', 'a'))
  })

  it('[DOCK-4.33] takes for certain nothing that the next run may miss, by clocks that differ', () => {
    // The Engine's clock is 1.5 s behind: the container of the next run seems created before that run was.
    const [dead, next] = [
      died(0),
      run('r1', [{ id: 'a', startedAt: T0 + 2.4 * SECOND }], { startedAt: T0 + 2.2 * SECOND }),
    ]
    const own = agent('c', { ...at(1.8), tree: 'a-999999' })
    expect(assign([own], [{ ...dead, diedBy: T0 + 3.5 * SECOND }, next]).get('c')).toEqual(nobodys('r0 a', 'r1 a'))
    expect(assign([own], [dead, next]).get('c')).toEqual(given('r0', 'a'))
  })
})

describe('what a container says', () => {
  it('[DOCK-4.21] by label it belongs to the run and batch that this names, whatever else it says', () => {
    const marks = { runId: 'r2', batchId: 'b' }
    const labelled = agent('c', { ...at(2), tree: 'a-1a2b3c', marks })
    expect(assign([labelled], [run('r1', ['a', 'b']), run('r2', [], { startedAt: null })]).get('c')).toEqual(
      given('r2', 'b', 'label'),
    )
  })

  it('[DOCK-4.21] a label may name the run as the history does', () => {
    const labelled = agent('c', { ...at(2), tree: null, marks: { runId: 'run-2026-01-15-a1b2c3', batchId: 'a' } })
    const entry = { historyId: 'run-2026-01-15-a1b2c3' }
    expect(assign([labelled], [run('r1', ['a'], entry)]).get('c')).toEqual(given('r1', 'a', 'label'))
    // A resumed run shares its entry with the one before, so time decides.
    const before = run('r1', ['a'], { ...entry, endedAt: T0 + 30 * SECOND })
    const after = run('r2', ['a'], { ...entry, startedAt: T0 + 60 * SECOND })
    expect(assign([labelled], [after, before]).get('c')).toEqual(given('r1', 'a', 'label'))
    const both = [run('r2', ['a'], entry), run('r1', ['a'], entry)]
    expect(assign([labelled], both).get('c')).toEqual(nobodys('r1 a', 'r2 a'))
  })

  it('[DOCK-4.21] a label that names a run that nobody knows makes it nobody’s', () => {
    const labelled = agent('c', { ...at(2), tree: 'a-1a2b3c', marks: { runId: 'other', batchId: 'a' } })
    expect(assign([labelled], [run('r1', [{ id: 'a', branch: branchOf('a') }])]).get('c')).toEqual(nobodys())
  })

  it('[DOCK-4.21] a label without a batch means the batch of the work tree', () => {
    const labelled = agent('c', { ...at(2), tree: 'a-1a2b3c', marks: { runId: 'r1' } })
    expect(assign([labelled], [run('r1', ['a'])]).get('c')).toEqual(given('r1', 'a', 'label'))
    const bare = agent('c', { ...at(2), tree: null, marks: { runId: 'r1' } })
    expect(assign([bare], [run('r1', ['a'])]).get('c')).toEqual(nobodys())
  })

  it('[DOCK-4.22] by its work tree it belongs to the batch of that id, not to one of that name', () => {
    const container = agent('c', { ...at(2), tree: 'a-1a2b3c', marks: { mission: 'b' } })
    const runs = [
      run('r1', [
        { id: 'a', name: 'x' },
        { id: 'b', name: 'a' },
      ]),
    ]
    expect(assign([container], runs).get('c')).toEqual(given('r1', 'a'))
  })

  it.each(['1', 'batch-002', 'a-1a2b3c', '__proto__', 'toString', 'Worker’s Queue'])(
    '[SAFE-4.43] ids are only texts: %s',
    id => {
      const container = agent('c', { ...at(2), tree: `${id}-0f0f0f` })
      expect(assign([container], [run('r1', ['x', id])]).get('c')).toEqual(given('r1', id))
      expect(assign([container], [run('r1', ['x'])]).get('c')).toEqual(nobodys())
    },
  )

  it('[DOCK-4.23] by its mission alone it belongs to the only batch of that name', () => {
    const container = agent('c', { ...at(2), tree: null, marks: { mission: 'Mail' } })
    const mail = { id: 'mail', name: 'Mail' }
    expect(assign([container], [run('r1', ['a', mail])]).get('c')).toEqual(given('r1', 'mail', 'mission'))
    const twins = [run('r1', [{ id: 'mail-2', name: 'Mail' }, mail])]
    expect(assign([container], twins).get('c')).toEqual(nobodys('r1 mail', 'r1 mail-2'))
    expect(assign([container], [run('r1', ['a'])]).get('c')).toEqual(nobodys())
    const bare = agent('c', { ...at(2), tree: null })
    expect(assign([bare], [run('r1', ['a'])]).get('c')).toEqual(nobodys())
  })

  it('[DOCK-4.23] by its mission where no id of its work tree is told yet', () => {
    const container = agent('c', { ...at(2), tree: 'setup-1a2b3c', marks: { mission: 'Project Setup' } })
    expect(assign([container], [run('r1', ['Project Setup'])]).get('c')).toEqual(
      given('r1', 'Project Setup', 'mission'),
    )
  })

  it('[DOCK-4.28] of equal names a start that was told by name may be the other’s', () => {
    const runs = [
      run('r1', [
        { id: 'mail', name: 'Mail' },
        { id: 'mail-2', name: 'Mail', startedAt: null },
      ]),
    ]
    expect(assign([agent('c', { ...at(2), tree: 'mail-2-1a2b3c' })], runs).get('c')).toEqual(given('r1', 'mail-2'))
    expect(assign([agent('c', { ...at(-20), tree: 'mail-2-1a2b3c' })], runs).get('c')).toEqual(nobodys())
    const third = { id: 'mail-3', name: 'Mail', startedAt: T0 + 60 * SECOND }
    const more = [run('r1', [third, ...(runs[0]?.batches ?? [])])]
    expect(assign([agent('c', { ...at(2), tree: 'mail-2-1a2b3c' })], more).get('c')).toEqual(given('r1', 'mail-2'))
  })
})

describe('when it was created', () => {
  it('[DOCK-4.26] is after its batch began', () => {
    const runs = [run('r1', ['a', { id: 'b', startedAt: null }, { id: 'c', startedAt: T0 + 60 * SECOND }])]
    expect(assign([agent('c', { ...at(2), tree: 'a-1a2b3c' })], runs).get('c')).toEqual(given('r1', 'a'))
    expect(assign([agent('c', { ...at(2), tree: 'b-1a2b3c' })], runs).get('c')).toEqual(nobodys())
    expect(assign([agent('c', { ...at(2), tree: 'c-1a2b3c' })], runs).get('c')).toEqual(nobodys())
  })

  it('[DOCK-4.26] is before its run was over', () => {
    const runs = [run('r1', ['a'], { endedAt: T0 + 30 * SECOND })]
    expect(assign([agent('c', at(30))], runs).get('c')).toEqual(given('r1', 'a'))
    expect(assign([agent('c', at(36))], runs).get('c')).toEqual(nobodys())
  })

  it('[DOCK-4.26] is not the time of a run of which nothing was heard', () => {
    expect(assign([agent('c', at(2))], [run('r1', ['a'], { startedAt: null })]).get('c')).toEqual(nobodys())
  })

  it('[DOCK-4.31] may by a clock of Docker’s own be up to 5 s beside, where no run fits to the letter', () => {
    const runs = [run('r1', ['a'], { endedAt: T0 + 30 * SECOND })]
    for (const [ms, expected] of [
      [SECOND - 5_001, nobodys()],
      [SECOND - 5_000, given('r1', 'a')],
      [35_000, given('r1', 'a')],
      [35_001, nobodys()],
    ] as const) {
      expect(assign([agent('c', { createdAt: T0 + ms })], runs).get('c')).toEqual(expected)
    }
  })

  it('[DOCK-4.31] a clock’s difference takes no batch from the container that fits to the letter', () => {
    // The first container belongs to a run that is not known here.
    const containers = [agent('x', { ...at(0), tree: 'a-111111' }), agent('y', { ...at(2), tree: 'a-222222' })]
    const found = assign(containers, [run('r1', ['a'])])
    expect([found.get('x'), found.get('y')]).toEqual([nobodys(), given('r1', 'a')])
  })
})

describe('runs in turn', () => {
  // The first run was aborted, and the second resumes it: both know the same ids, and an agent of the first goes on.
  const first = run('r1', [{ id: 'setup', branch: branch('setup', 'aaaaaa') }, 'ui'], { endedAt: T0 + 10 * SECOND })
  const second = run('r2', [{ id: 'setup', branch: branch('setup', 'aaaaaa'), startedAt: null }, 'ui'], {
    startedAt: T0 + 12 * SECOND,
  })
  const setup = agent('setup', { ...at(2), tree: 'setup-aaaaaa', exitCode: 0 })
  const left = agent('left', { ...at(5), tree: 'ui-bbbbbb' })
  const again = agent('again', { ...at(14), tree: 'ui-cccccc' })

  it('[DOCK-4.25] each keeps its own containers, and what was completed before is the earlier one’s', () => {
    const found = assign([setup, left, again], [first, second])
    expect(Object.fromEntries(found)).toEqual({
      setup: given('r1', 'setup'),
      left: given('r1', 'ui'),
      again: given('r2', 'ui'),
    })
  })

  it('[DOCK-7] [DOCK-4.34] an agent that goes on from container to container after its run’s end stays that run’s', () => {
    const next = agent('next', { ...at(15), tree: 'ui-bbbbbb' })
    const found = assign([left, next, again], [first, second])
    expect([found.get('next'), found.get('again')]).toEqual([given('r1', 'ui'), given('r2', 'ui')])
  })

  it('[DOCK-4.26] a batch completed before is nobody’s in the run that only knows of it', () => {
    expect(assign([setup], [second]).get('setup')).toEqual(nobodys())
  })
})

describe('runs at once', () => {
  const one = run('r1', ['a'])
  const two = run('r2', [{ id: 'a', startedAt: T0 + 3 * SECOND }])
  const early = agent('early', { ...at(2), tree: 'a-111111' })
  const x = agent('x', { ...at(5), tree: 'a-222222' })
  const y = agent('y', { ...at(5), tree: 'a-333333' })

  it('[DOCK-4.26] [DOCK-4.29] are told apart by time: a batch that has its container takes none of another mount', () => {
    const found = assign([early, x], [one, two])
    expect([found.get('early'), found.get('x')]).toEqual([given('r1', 'a'), given('r2', 'a')])
  })

  it('[DOCK-4.24] [DOCK-4.27] else leave it open until a branch names the work tree, and then know both', () => {
    const open = assign([x, y], [one, two])
    expect([open.get('x'), open.get('y')]).toEqual([nobodys('r1 a', 'r2 a'), nobodys('r1 a', 'r2 a')])
    const proven = run('r2', [{ id: 'a', startedAt: T0 + 3 * SECOND, branch: branch('a', '222222') }])
    const found = assign([x, y], [one, proven])
    expect([found.get('x'), found.get('y')]).toEqual([given('r2', 'a'), given('r1', 'a')])
  })

  it('[DOCK-4.24] [DOCK-4.29] a proof overrules what time alone had told', () => {
    const proven = run('r2', [{ id: 'a', startedAt: T0 + 3 * SECOND, branch: branch('a', '111111') }])
    const found = assign([early, x], [one, proven])
    expect([found.get('early'), found.get('x')]).toEqual([given('r2', 'a'), given('r1', 'a')])
  })

  it('[DOCK-4.24] a proof needs no equal clocks', () => {
    const over = run('r2', [{ id: 'a', branch: branch('a', '222222') }], { endedAt: T0 + 3 * SECOND })
    expect(assign([agent('late', { ...at(60), tree: 'a-222222' })], [over]).get('late')).toEqual(given('r2', 'a'))
  })

  it('[DOCK-4.26] a batch whose branch names one work tree takes none of another', () => {
    const proven = run('r1', [{ id: 'a', branch: branch('a', '111111') }])
    expect(assign([x], [proven]).get('x')).toEqual(nobodys())
    expect(assign([x], [proven, two]).get('x')).toEqual(given('r2', 'a'))
  })

  it('[DOCK-4.26] [DOCK-4.27] are candidates only where they fit, while any fits to the letter', () => {
    const over = run('r3', ['a'], { endedAt: T0 + 4 * SECOND })
    expect(assign([x], [one, two, over]).get('x')).toEqual(nobodys('r1 a', 'r2 a'))
  })

  it('[DOCK-4.1] [DOCK-4.33] by clocks that differ, leave open what the other may miss, and no other’s', () => {
    // If a run is known from the history alone, it is not known when its batch began.
    const entry = run('h1', [{ id: 'a', startedAt: T0 }], { beginsUnknown: true })
    const begun = (seconds: number, over: Partial<CandidateRun> = {}) =>
      run('r1', [{ id: 'a', startedAt: T0 + seconds * SECOND }], over)
    const steps = [10, 11, 30].map(n => agent(`step ${n}`, { ...at(n), tree: 'a-111111' }))
    const all = (assignment: Assignment) => steps.map(() => assignment)
    for (const [seconds, expected] of [
      [10.001, nobodys('h1 a', 'r1 a')],
      [15, nobodys('h1 a', 'r1 a')],
      [15.001, given('h1', 'a')],
    ] as const) {
      expect(assign(steps, [entry, begun(seconds)]).get('step 10')).toEqual(expected)
    }
    expect([...assign(steps, [begun(11.3), entry]).values()]).toEqual(all(nobodys('h1 a', 'r1 a')))
    // No doubt remains if the batch has its own container, its run was over by then, or the other run ended before it began.
    const own = agent('own', { ...at(12), tree: 'a-222222' })
    expect([...assign([...steps, own], [entry, begun(11.3)]).values()]).toEqual([
      ...[given('h1', 'a'), given('h1', 'a'), given('r1', 'a'), given('h1', 'a')],
    ])
    expect([...assign(steps, [entry, begun(11.3, { endedAt: T0 + 9 * SECOND })]).values()]).toEqual(
      all(given('h1', 'a')),
    )
    const over = (seconds: number) => ({ ...entry, endedAt: T0 + seconds * SECOND })
    expect(assign(steps, [over(11), begun(11.3)]).get('step 10')).toEqual(nobodys('h1 a', 'r1 a'))
    expect(assign(steps, [over(10), begun(15)]).get('step 10')).toEqual(nobodys('h1 a', 'r1 a'))
    expect(assign(steps, [over(10), begun(15.001)]).get('step 10')).toEqual(given('h1', 'a'))
    // If both starts are known, the nearer one counts.
    const known = run('h1', [{ id: 'a', startedAt: T0 + 8 * SECOND }])
    expect(assign(steps, [known, begun(11.999)]).get('step 10')).toEqual(nobodys('h1 a', 'r1 a'))
    expect(assign(steps, [known, begun(12)]).get('step 10')).toEqual(given('h1', 'a'))
    const knownOver = { ...known, endedAt: T0 + 11 * SECOND }
    expect(assign(steps, [knownOver, begun(11.3)]).get('step 10')).toEqual(given('h1', 'a'))
    // Finally a branch decides.
    const proven = run('r1', [{ id: 'a', startedAt: T0 + 11.3 * SECOND, branch: branch('a', '111111') }])
    expect([...assign(steps, [entry, proven]).values()]).toEqual(all(given('r1', 'a')))
  })

  it('[DOCK-4.32] [DOCK-4.33] by clocks that differ, leave open what takes the place of another container', () => {
    // The Engine's clock is 3 s behind the backend's, so the second container seems created when the first run's batch began.
    const [first, second] = [
      run('r1', [{ id: 'a', startedAt: T0 + 3 * SECOND }]),
      run('r2', ['a'], { startedAt: T0 + 5 * SECOND }),
    ]
    const [x, y] = [agent('x', { ...at(0), tree: 'a-111111' }), agent('y', { ...at(3), tree: 'a-222222' })]
    expect([...assign([x, y], [first, second])]).toEqual([
      ['x', nobodys('r1 a')],
      ['y', nobodys('r1 a', 'r2 a')],
    ])
    expect([...assign([y], [first, second]).values()]).toEqual([given('r1', 'a')])
    // The same holds if the first run ended up to 5 s before the second one's batch began.
    const begun = run('r2', [{ id: 'a', startedAt: T0 + 6 * SECOND }], { startedAt: T0 + 5 * SECOND })
    const ended = { ...first, endedAt: T0 + 4 * SECOND }
    expect([...assign([x, y], [ended, begun]).values()]).toEqual([nobodys('r1 a'), nobodys('r1 a', 'r2 a')])
    expect(assign([y], [ended, begun]).get('y')).toEqual(given('r1', 'a'))
    // A container that fits no batch causes no doubt.
    const stranger = agent('x', { ...at(-20), tree: 'a-111111' })
    expect(assign([stranger, y], [first, second]).get('y')).toEqual(given('r1', 'a'))
    // The other run's batch has its own container.
    const own = agent('own', { ...at(6), tree: 'a-333333' })
    expect(assign([x, y, own], [first, second]).get('y')).toEqual(given('r1', 'a'))
    const proven = run('r2', [{ id: 'a', startedAt: T0 + 6 * SECOND, branch: branch('a', '222222') }], {
      startedAt: T0 + 5 * SECOND,
    })
    expect([...assign([x, y], [first, proven]).values()]).toEqual([given('r1', 'a'), given('r2', 'a')])
  })

  it('[DOCK-4.2] while they are new, are left open for a batch that another run may have begun', () => {
    const yet = run('r2', [{ id: 'a', startedAt: null }])
    const found = (other: CandidateRun, isNew = true) =>
      assign([x], [one, other], { isNew: () => isNew, now: T0 }).get('x')
    expect(found(yet)).toEqual(nobodys('r1 a', 'r2 a'))
    expect(found(yet, false)).toEqual(given('r1', 'a'))
    // Of a run that was started from here, Docker may report even the first container before the backend says anything.
    expect(found({ ...yet, startedAt: null, isStarting: true })).toEqual(nobodys('r1 a', 'r2 a'))
    // Of one that is only followed, a container that is known must not be taken from the run that has it.
    expect(found({ ...yet, startedAt: null })).toEqual(given('r1', 'a'))
    // The other run has ended by then or not begun, or has another batch or its own work tree; or this run's tree is proven.
    expect(found({ ...yet, endedAt: T0 - 10 * SECOND })).toEqual(given('r1', 'a'))
    expect(found({ ...yet, startedAt: T0 + 60 * SECOND })).toEqual(given('r1', 'a'))
    expect(found(run('r2', [{ id: 'b', startedAt: null }]))).toEqual(given('r1', 'a'))
    expect(found(run('r2', [{ id: 'a', startedAt: null, branch: branch('a', '333333') }]))).toEqual(given('r1', 'a'))
    const proven = run('r1', [{ id: 'a', branch: branch('a', '222222') }])
    expect(assign([x], [proven, yet], { isNew: () => true, now: T0 }).get('x')).toEqual(given('r1', 'a'))
    // A container in a work tree that was assigned before stays assigned.
    const next = agent('next', { ...at(50), tree: 'a-222222' })
    expect(assign([x, next], [one, yet], { isNew: ({ id }) => id === 'next', now: T0 }).get('next')).toEqual(
      given('r1', 'a'),
    )
  })

  it('[DOCK-4.40] are left open once the container of another’s batch is overdue', () => {
    const far = (over: Partial<CandidateRun> = {}) => run('r2', [{ id: 'a', startedAt: T0 + 6 * SECOND }], over)
    const early = agent('early', { ...at(2), tree: 'a-222222' })
    const found = (seconds: number, other = far(), others: ContainerFacts[] = []) => {
      const moment = { isNew: () => false, now: T0 + seconds * SECOND }
      return assign([early, ...others], [one, other], moment).get('early')
    }
    expect(found(10.999)).toEqual(given('r1', 'a'))
    expect(found(11)).toEqual(nobodys('r1 a', 'r2 a'))
    expect(found(11, far({ clockOffset: SECOND }))).toEqual(given('r1', 'a'))
    expect(found(12, far({ clockOffset: SECOND }))).toEqual(nobodys('r1 a', 'r2 a'))
    // It has come; or that batch began too late for this container; or it is not known when it began.
    expect(found(60, far(), [agent('own', { ...at(7), tree: 'a-333333' })])).toEqual(given('r1', 'a'))
    expect(found(60, run('r2', [{ id: 'a', startedAt: T0 + 8 * SECOND }]))).toEqual(given('r1', 'a'))
    expect(found(60, far({ beginsUnknown: true }))).toEqual(given('r1', 'a'))
  })

  it('[DOCK-4.24] only the branch of that very batch is proof', () => {
    for (const named of ['dry-run-branch', branch('b', '222222'), `${branch('a', '222222')}0`, 'ckrv-batch-a-22222']) {
      const runs = [run('r1', [{ id: 'a', branch: named }]), two]
      expect(assign([x], runs).get('x')).toEqual(nobodys('r1 a', 'r2 a'))
    }
  })
})

describe('another repository', () => {
  const elsewhere = (id: string, suffix: string) =>
    agent(id, { ...at(3), marks: { tree: { repository: '/home/dev/other', batchId: 'a', suffix } } })
  const proof = agent('proof', { ...at(2), tree: 'setup-1a2b3c' })
  const setup = { id: 'setup', branch: branchOf('setup') }

  it('[DOCK-4.36] is told by the first proof of where the backend’s own is', () => {
    expect(assign([proof, elsewhere('c', '111111')], [run('r1', ['setup', 'a'])]).get('c')).toEqual(given('r1', 'a'))
    expect(assign([proof, elsewhere('c', '111111')], [run('r1', [setup, 'a'])]).get('c')).toEqual(nobodys())
  })

  it('[DOCK-4.36] takes no batch’s place', () => {
    const own = agent('own', { ...at(4), tree: 'a-222222' })
    const found = assign([elsewhere('c', '111111'), own, proof], [run('r1', [setup, 'a'])])
    expect(own.marks.tree?.repository).toBe(REPOSITORY)
    expect(found.get('own')).toEqual(given('r1', 'a'))
  })
})

describe('several containers of one batch', () => {
  it('[DOCK-7.21] [DOCK-4.34] one after the other in its work tree all are its own', () => {
    const steps = [2, 3, 4, 5].map(n => agent(`step ${n}`, { ...at(n), tree: 'a-1a2b3c', exitCode: 0 }))
    const found = assign(steps, [run('r1', ['a']), run('r2', ['a'], { startedAt: T0 + 2.5 * SECOND })])
    expect(steps.map(({ id }) => found.get(id))).toEqual(steps.map(() => given('r1', 'a')))
  })

  it('[DOCK-7.21] without a work tree too', () => {
    const steps = [2, 3].map(n => agent(`step ${n}`, { ...at(n), tree: null, marks: { mission: 'a' } }))
    const found = assign([...steps, agent('c', { ...at(4), tree: 'a-1a2b3c' })], [run('r1', ['a'])])
    expect([...found.values()]).toEqual([given('r1', 'a', 'mission'), given('r1', 'a', 'mission'), nobodys()])
  })
})

describe('any runs and containers', () => {
  const ms = fc.integer({ min: 0, max: 60_000 })
  const id = fc.constantFrom('a', 'b', '__proto__')
  const suffix = fc.constantFrom('111111', '222222', '333333')

  it('[DOCK-4.37] are assigned alike in any order', () => {
    const candidateRun = fc.record({
      runId: fc.constantFrom('r1', 'r2', 'r3'),
      historyId: fc.option(fc.constantFrom('h1', 'h2')),
      startedAt: fc.option(ms, { freq: 9 }),
      endedAt: fc.option(ms),
      batches: fc.uniqueArray(
        fc
          .record({ id, name: id, startedAt: fc.option(ms, { freq: 4 }), suffix: fc.option(suffix, { freq: 1 }) })
          .map(({ suffix, ...batch }) => ({ ...batch, branch: suffix && branch(batch.id, suffix) })),
        { maxLength: 3, selector: batch => batch.id },
      ),
    })
    const marks = fc.record({
      runId: fc.option(fc.constantFrom('r1', 'h1', 'h2', 'other'), { freq: 1 }),
      batchId: fc.option(id, { freq: 1 }),
      tree: fc.option(fc.record({ repository: fc.constantFrom('/one', '/two'), batchId: id, suffix }), { freq: 4 }),
      mission: fc.option(id),
    })
    const container = fc
      .tuple(fc.uuid(), fc.integer({ min: 0, max: 9 }), marks)
      .map(([id, n, marks]) => agent(id, { createdAt: n * 6_000, marks }))
    const world = fc
      .tuple(
        fc.uniqueArray(candidateRun, { maxLength: 3, selector: ({ runId }) => runId }),
        fc.uniqueArray(container, { maxLength: 8, selector: ({ id }) => id }),
      )
      .chain(([runs, containers]) =>
        fc.record({
          runs: fc.constant(runs),
          containers: fc.constant(containers),
          otherRuns: fc.shuffledSubarray(runs, { minLength: runs.length }),
          others: fc.shuffledSubarray(containers, { minLength: containers.length }),
        }),
      )
    fc.assert(
      fc.property(world, ({ runs, containers, otherRuns, others }) => {
        const found = assign(containers, runs)
        expect(found.size).toBe(containers.length)
        for (const [id, other] of assign(others, otherRuns)) expect(other).toEqual(found.get(id))
      }),
      { numRuns: 2_000 },
    )
  })

  it('[DOCK-4] go to nobody but those they worked for, and those of a named work tree go to them', () => {
    // Runs of one plan, one after another or parallel; each uses a work tree of its own for each batch.
    const part = fc.double({ min: 0, max: 1, noNaN: true })
    const batch = fc.record({ begun: part, created: fc.array(part, { maxLength: 3 }), completed: fc.boolean() })
    const life = fc.record({ startedAt: ms, takes: ms, open: fc.boolean(), batches: fc.array(batch, { maxLength: 3 }) })
    fc.assert(
      fc.property(fc.array(life, { maxLength: 3 }), lives => {
        const truth = new Map<string, { runId: string; batchId: string; completed: boolean }>()
        const containers: ReturnType<typeof agent>[] = []
        const runs = lives.map(({ startedAt, takes, open, batches }, r): CandidateRun => {
          const runId = `r${r}`
          const endedAt = startedAt + takes
          return {
            ...{ runId, historyId: null, startedAt, endedAt: open ? null : endedAt },
            batches: batches.map(({ begun, created, completed }, b) => {
              const batchId = `b${b}`
              const tree = `${batchId}-${r}${r}${r}${r}${r}${b}`
              const began = startedAt + Math.floor(takes * begun)
              for (const [c, share] of created.entries()) {
                const createdAt = began + Math.floor((endedAt - began) * share)
                containers.push(agent(`${tree} ${c}`, { createdAt, tree }))
                truth.set(`${tree} ${c}`, { runId, batchId, completed })
              }
              return { id: batchId, name: batchId, startedAt: began, branch: completed ? `x/ckrv-batch-${tree}` : null }
            }),
          }
        })
        const alone = lives.every(({ startedAt }, r) =>
          runs.every(
            (other, o) => o === r || startedAt > (other.endedAt ?? Infinity) || (other.startedAt ?? 0) > startedAt,
          ),
        )
        for (const [id, found] of assign(containers, runs)) {
          const true_ = truth.get(id)
          if (found.kind === 'assigned') expect(found).toMatchObject({ runId: true_?.runId, batchId: true_?.batchId })
          else {
            expect(true_?.completed).toBe(false)
            expect(found.candidates).toContainEqual({ runId: true_?.runId, batchId: true_?.batchId })
            expect(alone).toBe(false)
          }
        }
      }),
      { numRuns: 2_000 },
    )
  })
})
