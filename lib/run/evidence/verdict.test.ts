import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ContainerFacts } from './container-facts'
import type { BatchStatus, Verdict } from '../model'
import { agent, SECOND, T0 } from '../../testing/run/told-run'
import { exitWords, shortId } from './container-words'
import {
  EARLY,
  NEXT_AFTER_FAILURE,
  NO_CONTAINER,
  OUTLIVES_COMPLETION,
  OUTLIVES_END,
  PAUSED,
  START_OVERDUE,
} from './grace-times'
import { verdict, type Around, type Pair } from './verdict'
import type { DockerState } from '../links'

/** The longest time that each alarm may wait for after both sources are live and all of its facts are known. */
const GRACE_OF_ALARM = {
  ghost: NO_CONTAINER,
  late: START_OVERDUE,
  conflict: Math.max(EARLY, NEXT_AFTER_FAILURE, OUTLIVES_COMPLETION, PAUSED),
  orphan: OUTLIVES_END,
}

const iso = (ms: number) => new Date(ms).toISOString()

/** Both links have always been live. */
const DOCKER: DockerState = { link: 'live', since: 0, lists: [T0 + 20 * SECOND, T0 + 10 * SECOND], imageMissing: false }
const AROUND: Around = {
  over: false,
  endedAt: null,
  local: null,
  backend: { link: 'live', since: 0 },
  docker: DOCKER,
}
const OVER: Partial<Around> = { over: true, endedAt: T0 }

const judge = (pair: Partial<Pair>, around: Partial<Around>, after: number) =>
  verdict(
    { status: 'running', since: T0, containers: [], undecided: null, ...pair },
    { ...AROUND, ...around },
    T0 + after,
  )

const id = 'c0ffee'.repeat(11).slice(0, 64)
const at = iso(T0)
const none: ContainerFacts[] = []
const created = [agent(id, { state: 'created', startedAt: null, seenRunningAt: null })]
const runs = [agent(id)]
const zero = [agent(id, { exitCode: 0 })]
const three = [agent(id, { exitCode: 3 })]
const paused = [agent(id, { state: 'paused' })]
const notStarted = [agent(id, { ...created[0], tree: 'a-1a2b3c', startFailed: true, exitCode: 127, seenEndedAt: T0 })]
const restarting = (count: number, exitCode: number | null, over: Partial<ContainerFacts> = {}) => [
  agent(id, { state: 'restarting', restarted: { count, exitCode, since: T0 }, ...over, tree: 'a-1a2b3c', marks: {} }),
]
const unseen = [agent(id, { state: 'running', removed: true, seenEndedAt: T0 })]

describe('[DOCK-9.20] the table of verdicts', () => {
  type Row = [BatchStatus, ContainerFacts[], Partial<Around>, ...(readonly [number, Verdict, string?])[]]
  const rows: [string, Row][] = [
    [
      'not live: Docker is off',
      ['running', runs, { docker: { ...DOCKER, link: 'off' } }, [0, 'unknown', 'Docker is not watched; no verdict.']],
    ],
    ...(['stale', 'down'] as const).map((link): [string, Row] => [
      `not live: Docker is ${link}`,
      [
        'completed',
        three,
        { docker: { ...DOCKER, link, since: T0 }, local: 'dry-run' },
        [0, 'unknown', `Docker can’t be reached since ${at}; no verdict. What it showed is as old as that.`],
      ],
    ]),
    [
      'not live: Docker, which never showed anything',
      [
        'running',
        none,
        { docker: { ...DOCKER, link: 'down', since: T0 } },
        [60_000, 'unknown', `Docker can’t be reached since ${at}; no verdict.`],
      ],
    ],
    ...(['pending', 'running'] as const).flatMap(status =>
      (['stale', 'down'] as const).map((link): [string, Row] => [
        `${status}, and the backend is ${link}`,
        [
          status,
          three,
          { backend: { link, since: T0 } },
          [600_000, 'unknown', `Backend lost since ${at}; no verdict until it answers.`],
        ],
      ]),
    ),
    ...(['completed', 'failed', 'aborted'] as const).map((status): [string, Row] => [
      `${status}: the backend’s link no longer matters`,
      [status, zero, { backend: { link: 'down', since: T0 } }, [0, 'agrees']],
    ]),
    [
      'pending in a run that is over: the backend’s link no longer matters',
      ['pending', none, { ...OVER, backend: { link: 'down', since: T0 } }, [0, 'agrees']],
    ],
    ...(['pending', 'running', 'completed', 'failed', 'aborted'] as const).map((status): [string, Row] => [
      `${status} without a container in a dry run`,
      [status, none, { local: 'dry-run' }, [600_000, 'local', 'Runs without a container: dry run.']],
    ]),
    [
      'running without a container where the backend works locally',
      [
        'running',
        none,
        { local: 'fallback' },
        [600_000, 'local', 'Runs without a container: the backend said that it works locally.'],
      ],
    ],
    ['completed with a container in spite of that', ['completed', three, { local: 'fallback' }, [0, 'conflict']]],
    [
      'pending, and a container runs',
      [
        'pending',
        runs,
        {},
        [0, 'agrees', 'A container has just started; the backend’s word usually follows.'],
        [4_999, 'agrees'],
        [5_000, 'conflict', `Backend says waiting; its container is known since ${at}. Check the backend’s log.`],
      ],
    ],
    ['pending, and a container ran', ['pending', zero, {}, [4_999, 'agrees'], [5_000, 'conflict']]],
    [
      'pending, and a container runs while the backend was silent',
      ['pending', runs, { backend: { link: 'live', since: T0 + 8_000 } }, [12_999, 'agrees'], [13_000, 'conflict']],
    ],
    [
      'pending, and a container is created',
      ['pending', created, {}, [600_000, 'agrees', 'Backend and Docker both say not started.']],
    ],
    [
      'pending, and a container was removed before it began',
      [
        'pending',
        [agent(id, { ...created[0], tree: 'a-1a2b3c', removed: true, seenEndedAt: T0 })],
        {},
        [600_000, 'agrees'],
      ],
    ],
    [
      'pending without a container',
      ['pending', none, {}, [600_000, 'agrees', 'Backend and Docker both say not started.']],
    ],
    [
      'running, and a container runs',
      ['running', runs, {}, [600_000, 'agrees', 'Backend and Docker both say running.']],
    ],
    [
      'running, and its container is paused',
      [
        'running',
        paused,
        {},
        [0, 'agrees', 'Backend says running; its container is paused.'],
        [9_999, 'agrees'],
        [10_000, 'conflict', `Backend says running; its container is paused since ${at}. Unpause it, or stop the run.`],
      ],
    ],
    [
      'running, and its container is paused while Docker was away',
      ['running', paused, { docker: { ...DOCKER, since: T0 + 5_000 } }, [14_999, 'agrees'], [15_000, 'conflict']],
    ],
    ['running, and one of several is paused', ['running', [...paused, agent('b')], {}, [600_000, 'agrees']]],
    [
      'running, and its container waits for its first restart',
      [
        'running',
        restarting(0, 3),
        {},
        [0, 'agrees', 'Backend says running; Docker is about to restart its container, which exited 3.'],
        [4_999, 'agrees'],
        [
          5_000,
          'conflict',
          `Backend says running; Docker restarts its container again and again since ${at}. Read its log, or stop the run.`,
        ],
      ],
    ],
    [
      'running, and its container waits for another restart',
      [
        'running',
        restarting(5, 3),
        {},
        [0, 'agrees', 'Backend says running; Docker has restarted its container 5 times, last after it exited 3.'],
        [4_999, 'agrees'],
        [
          5_000,
          'conflict',
          `Backend says running; Docker restarts its container again and again since ${at}: 5 times so far, last after it exited 3. Read its log, or stop the run.`,
        ],
      ],
    ],
    [
      'running, and its container runs between two restarts',
      [
        'running',
        restarting(1, 139, { state: 'running', seenRunningAt: T0 + 2_000 }),
        {},
        [4_999, 'agrees'],
        [
          5_000,
          'conflict',
          `Backend says running; Docker restarts its container again and again since ${at}: once so far, last after it exited 139, segmentation fault. Read its log, or stop the run.`,
        ],
        [11_999, 'conflict'],
        [
          12_000,
          'agrees',
          'Backend says running; Docker has restarted its container once, last after it exited 139, segmentation fault.',
        ],
      ],
    ],
    [
      'running, and its container restarts while the backend was silent',
      [
        'running',
        restarting(1, 0),
        { backend: { link: 'live', since: T0 + 60_000 } },
        [64_999, 'agrees'],
        [65_000, 'conflict'],
      ],
    ],
    [
      'running, and a container runs that its health check calls unhealthy',
      [
        'running',
        [agent(id, { health: 'unhealthy' })],
        {},
        [600_000, 'agrees', 'Backend and Docker both say running; its health check says unhealthy.'],
      ],
    ],
    ...(['starting', 'healthy'] as const).map((health): [string, Row] => [
      `running, and a container runs that its health check calls ${health}`,
      ['running', [agent(id, { health })], {}, [600_000, 'agrees', 'Backend and Docker both say running.']],
    ]),
    [
      'running, and a container runs in which memory ran out',
      [
        'running',
        [agent(id, { oomKilled: true })],
        {},
        [600_000, 'agrees', 'Backend and Docker both say running; a process in it ran out of memory.'],
      ],
    ],
    [
      'running, and a container is created',
      [
        'running',
        created,
        {},
        [0, 'agrees', 'Backend says running; its container is about to start.'],
        [59_999, 'agrees'],
        [
          60_000,
          'late',
          `Backend says running; its container was created and has not started since ${at}. Check the backend’s log, or stop the run.`,
        ],
      ],
    ],
    [
      'running, and its container could not be started',
      [
        'running',
        notStarted,
        {},
        [
          0,
          'agrees',
          'The container could not be started, exit 127, command not found; the next one or the backend’s word usually follows.',
        ],
        [4_999, 'agrees'],
        [
          5_000,
          'late',
          `The container could not be started, exit 127, command not found; the backend has not reported it since ${at}. Read Docker’s error in the batch’s panel, or stop the run.`,
        ],
      ],
    ],
    [
      'running, and its container was removed and not seen to start',
      [
        'running',
        [agent(id, { ...created[0], tree: 'a-1a2b3c', marks: {}, removed: true, seenEndedAt: T0 })],
        {},
        [29_999, 'agrees'],
        [30_000, 'late'],
      ],
    ],
    ...(['running', 'exited'] as const).flatMap(state =>
      (['pending', 'running', 'completed', 'failed', 'aborted'] as const).map((status): [string, Row] => [
        `${status}, and its container is in a state that is not known here, perhaps ${state}`,
        [
          status,
          [agent(id, { state, stateWord: 'hibernating' })],
          {},
          [600_000, 'unknown', 'Docker says “hibernating” of container c0ffeec0ffee; no verdict.'],
        ],
      ]),
    ),
    [
      'pending, and its container could not be started',
      [
        'pending',
        notStarted,
        {},
        [600_000, 'agrees', 'Backend says waiting; its container could not be started, exit 127, command not found.'],
      ],
    ],
    [
      'pending, and a container runs between two restarts',
      [
        'pending',
        restarting(3, 3, { state: 'running', seenRunningAt: T0 + 4_000 }),
        {},
        [4_999, 'agrees'],
        [5_000, 'conflict'],
      ],
    ],
    ...([paused, restarting(3, 3)] as const).map((containers): [string, Row] => [
      `pending, and a container is ${containers[0]?.state ?? ''}`,
      ['pending', containers, {}, [4_999, 'agrees'], [5_000, 'conflict']],
    ]),
    [
      'completed, and its container could not be started',
      [
        'completed',
        notStarted,
        {},
        [
          0,
          'conflict',
          'Backend says completed; the container could not be started, exit 127, command not found. Check the branch before merging it.',
        ],
      ],
    ],
    [
      'completed by another container than the one that could not be started',
      ['completed', [...notStarted, agent('b', { createdAt: T0 + 1, exitCode: 0 })], {}, [0, 'agrees']],
    ],
    [
      'completed, and its container was never started',
      ['completed', created, {}, [0, 'unknown', 'Backend says completed; its container never started, so no verdict.']],
    ],
    [
      'completed, and its container is paused',
      [
        'completed',
        paused,
        {},
        [0, 'agrees', 'Backend says completed; the container is paused.'],
        [29_999, 'agrees'],
        [
          30_000,
          'conflict',
          `Backend says completed; container c0ffeec0ffee is still paused since ${at}. Read its log.`,
        ],
      ],
    ],
    [
      'completed, and its container restarts',
      [
        'completed',
        restarting(2, 0),
        {},
        [0, 'agrees', 'Backend says completed; the container is restarting.'],
        [29_999, 'agrees'],
        [
          30_000,
          'conflict',
          `Backend says completed; container c0ffeec0ffee still runs, and Docker restarts it since ${at}. Read its log.`,
        ],
      ],
    ],
    [
      'completed, and its container exited 0 after memory ran out in it',
      [
        'completed',
        [agent(id, { exitCode: 0, oomKilled: true })],
        {},
        [0, 'agrees', 'Backend says completed; the container exited 0, though a process in it ran out of memory.'],
      ],
    ],
    ...(
      [
        ['is still paused', paused],
        ['still runs, and Docker restarts it', restarting(2, 3)],
      ] as const
    ).map(([words, containers]): [string, Row] => [
      `aborted, and a container ${words}`,
      [
        'aborted',
        containers,
        OVER,
        [600, 'agrees'],
        [700, 'orphan', `Container c0ffeec0ffee ${words}; its run ended at ${at}. Read its log, then stop it.`],
      ],
    ]),
    [
      'aborted, and its container could not be started',
      [
        'aborted',
        notStarted,
        OVER,
        [600_000, 'agrees', 'Aborted; its container could not be started, exit 127, command not found.'],
      ],
    ],
    [
      'running, and one of several runs',
      ['running', [...three, agent('b', { createdAt: T0 + 1 })], {}, [600_000, 'agrees']],
    ],
    [
      'running, and its container exited non-zero',
      [
        'running',
        three,
        {},
        [0, 'agrees', 'The container exited 3; the next one or the backend’s word usually follows.'],
        [4_999, 'agrees'],
        [
          5_000,
          'late',
          `The container exited 3; the backend has not reported it since ${at}. Check its log, or stop the run.`,
        ],
      ],
    ],
    [
      'running, and its container exited 0',
      [
        'running',
        zero,
        {},
        [0, 'agrees', 'The container exited 0; the next one or the backend’s word usually follows.'],
        [29_999, 'agrees'],
        [
          30_000,
          'late',
          `The container exited 0; the backend has not reported it since ${at}. Usually the merge follows.`,
        ],
      ],
    ],
    ['running, and its container ended, unseen how', ['running', unseen, {}, [29_999, 'agrees'], [30_000, 'late']]],
    [
      'running, and its last container exited 0 after another that did not',
      [
        'running',
        [agent('a', { exitCode: 137 }), agent('b', { createdAt: T0 + 1_000, exitCode: 0 })],
        {},
        [30_999, 'agrees'],
        [31_000, 'late'],
      ],
    ],
    [
      'running, and an earlier container ended last',
      [
        'running',
        [agent('a', { exitCode: 0, finishedAt: T0 + 9_000 }), agent('b', { createdAt: T0 + 1_000, exitCode: 3 })],
        {},
        [13_999, 'agrees'],
        [14_000, 'late'],
      ],
    ],
    [
      'running, and its container ended while the backend was silent',
      ['running', three, { backend: { link: 'live', since: T0 + 60_000 } }, [64_999, 'agrees'], [65_000, 'late']],
    ],
    [
      'running without a container',
      [
        'running',
        none,
        {},
        [0, 'agrees', 'Backend says running; no container yet.'],
        [14_999, 'agrees'],
        [
          15_000,
          'ghost',
          `Backend says running; no container since ${at}. The backend may have lost its agent: check its log or stop the run.`,
        ],
      ],
    ],
    [
      'running without a container, and only one list was read since',
      ['running', none, { docker: { ...DOCKER, lists: [T0 + 14_000, T0 - 1] } }, [600_000, 'agrees']],
    ],
    [
      'running without a container, by lists of that very moment',
      ['running', none, { docker: { ...DOCKER, lists: [T0 + 14_000, T0] } }, [14_999, 'agrees'], [15_000, 'ghost']],
    ],
    [
      'running without a container while Docker was away',
      ['running', none, { docker: { ...DOCKER, since: T0 + 2_000 } }, [16_999, 'agrees'], [17_000, 'ghost']],
    ],
    [
      'running without a container while the backend was silent',
      ['running', none, { backend: { link: 'live', since: T0 + 60_000 } }, [74_999, 'agrees'], [75_000, 'ghost']],
    ],
    [
      'running without a container, and without the agents’ image',
      [
        'running',
        none,
        { docker: { ...DOCKER, imageMissing: true } },
        [
          600_000,
          'unknown',
          `No container since ${at}: the agents’ image is not there. The backend may be fetching it.`,
        ],
      ],
    ],
    [
      'completed, and its container exited non-zero',
      [
        'completed',
        three,
        {},
        [0, 'conflict', 'Backend says completed; the container exited 3. Check the branch before merging it.'],
      ],
    ],
    [
      'completed, and one of its containers exited non-zero',
      [
        'completed',
        [...three, agent('b', { exitCode: 0 }), agent('c')],
        {},
        [0, 'conflict', 'Backend says completed; container c0ffeec0ffee exited 3. Check the branch before merging it.'],
      ],
    ],
    [
      'completed, and a container still runs',
      [
        'completed',
        [agent(id, { createdAt: T0 - 60_000 })],
        {},
        [0, 'agrees', 'Backend says completed; the container is about to end.'],
        [29_999, 'agrees'],
        [30_000, 'conflict', `Backend says completed; container c0ffeec0ffee still runs since ${at}. Read its log.`],
      ],
    ],
    [
      'completed, and its last container exited 0',
      ['completed', zero, {}, [0, 'agrees', 'Backend says completed; the container exited 0.']],
    ],
    [
      'completed, and nobody saw a container',
      ['completed', none, {}, [0, 'unknown', 'Backend says completed; Docker was not seen running it, so no verdict.']],
    ],
    [
      'completed, and nobody saw how its container ended',
      [
        'completed',
        unseen,
        {},
        [0, 'unknown', 'Backend says completed; nobody saw how the container ended, so no verdict.'],
      ],
    ],
    ...(['failed', 'aborted'] as const).flatMap((status): [string, Row][] => [
      [
        `${status}, and a container runs`,
        [
          status,
          runs,
          {},
          [0, 'agrees', 'It is over; its container is about to end.'],
          [700, 'orphan', 'Container c0ffeec0ffee still runs; its batch has ended. Read its log, then stop it.'],
        ],
      ],
      [
        `${status}, its container ended`,
        [status, three, {}, [0, 'agrees', `${status === 'failed' ? 'Failed' : 'Aborted'}; its container exited 3.`]],
      ],
      [`${status}, no container`, [status, none, {}, [0, 'agrees', 'It is over, and no container of it runs.']]],
      [`${status}, a container that never began`, [status, created, {}, [0, 'agrees']]],
    ]),
    ...(['pending', 'failed', 'aborted'] as const).flatMap((status): [string, Row][] => [
      [
        `${status} in a run that is over, and a container runs`,
        [
          status,
          runs,
          OVER,
          [600_000, 'orphan', `Container c0ffeec0ffee still runs; its run ended at ${at}. Read its log, then stop it.`],
        ],
      ],
      [`${status} in a run that is over, its container ended`, [status, zero, OVER, [600_000, 'agrees']]],
    ]),
  ]

  it.each(rows)('[DOCK-2.21] [DOCK-2.23] [DOCK-3.22] %s', (_, [status, containers, around, ...moments]) => {
    for (const [after, expected, reason] of moments) {
      const word = judge({ status, containers }, around, after)
      expect([after, word.verdict]).toEqual([after, expected])
      if (reason !== undefined) expect(word.reason).toBe(reason)
    }
    // The deadline is exactly the moment at which the next line of this row begins.
    for (const [n, [after]] of moments.entries()) {
      const later = moments.slice(n + 1).find(([, expected]) => expected !== moments[n]?.[1])
      expect(judge({ status, containers }, around, after).deadline).toBe(later ? T0 + later[0] : null)
    }
  })

  it('[DOCK-2.24] counts from when the backend told, or where nobody told, from when Docker is live', () => {
    const docker = { ...DOCKER, since: T0 + SECOND }
    expect(judge({ since: null }, { docker }, 15_999).verdict).toBe('agrees')
    expect(judge({ since: null }, { docker }, 16_000)).toMatchObject({ verdict: 'ghost', since: T0 + SECOND })
    const completed = { status: 'completed', since: null, containers: runs } as const
    expect(judge(completed, {}, 29_999).verdict).toBe('agrees')
    expect(judge(completed, {}, 30_000)).toMatchObject({ verdict: 'conflict', since: T0 })
  })

  it('[DOCK-2.26] names no moment where a batch ended in a run whose end has no time', () => {
    expect(judge({ status: 'aborted', since: null, containers: runs }, { over: true }, 0)).toMatchObject({
      verdict: 'orphan',
      reason: 'Container c0ffeec0ffee still runs; its run is over. Read its log, then stop it.',
      since: null,
    })
  })
})

/** The table again, in the simplest form: each row by itself, at one moment. */
function oracle({ status, since, containers, undecided }: Pair, around: Around, now: number): Verdict {
  const { docker, backend, over, local } = around
  const gone = (c: ContainerFacts) => c.removed || c.startFailed || ['exited', 'dead', 'removing'].includes(c.state)
  const up = (c: ContainerFacts) => !c.removed && ['running', 'paused', 'restarting'].includes(c.state)
  const never = Number.NEGATIVE_INFINITY
  const lasts = (from: number, ms: number) => now - Math.max(from, backend.since) >= ms
  const open = !over && (status === 'pending' || status === 'running')
  const none = containers.length === 0
  const last = containers[containers.length - 1]
  const ended = containers.every(gone)
    ? containers.reduce((latest, c) => Math.max(latest, c.seenEndedAt ?? never), never)
    : Infinity
  const isBad = (c: ContainerFacts) => c.startFailed || (c.exitCode !== null && c.exitCode !== 0)
  const bad = containers.some(c => isBad(c) && (!c.startFailed || containers.every(other => other.startFailed)))
  const lastBad = last !== undefined && isBad(last)
  const halted = containers.filter(up).slice(-1)[0]
  const wakes = Math.max(docker.since, halted?.seenStateAt ?? never)
  const fails = Math.max(docker.since, halted?.restarted?.since ?? halted?.seenStateAt ?? never)
  const isSteady =
    halted?.state === 'running' &&
    (now - (halted.seenRunningAt ?? now) >= 10_000 ||
      (halted.seenRunningAt ?? now) + 10_000 <= Math.max(fails, backend.since) + 5_000)
  const waiting = containers.filter(c => !gone(c)).slice(-1)[0]
  const noneFor = Math.max(since ?? never, docker.since)
  const first = containers.find(c => up(c) || (gone(c) && c.startedAt !== null))
  const completes = containers.find(up)
  const completedAt = since ?? completes?.restarted?.since ?? completes?.seenRunningAt ?? now
  const rows: [boolean, Verdict][] = [
    [docker.link !== 'live', 'unknown'],
    [open && backend.link !== 'live', 'unknown'],
    [none && local !== null, 'local'],
    [containers.some(c => c.stateWord !== null && !c.removed), 'unknown'],
    [
      open &&
        status === 'pending' &&
        first !== undefined &&
        lasts(first.restarted?.since ?? first.seenRunningAt ?? first.seenEndedAt ?? now, 5_000),
      'conflict',
    ],
    [open && status === 'pending', 'agrees'],
    [open && containers.some(c => up(c) && c.state === 'running' && c.restarted === null), 'agrees'],
    [open && halted?.state === 'paused', lasts(wakes, 10_000) ? 'conflict' : 'agrees'],
    [open && halted !== undefined, lasts(fails, 5_000) && !isSteady ? 'conflict' : 'agrees'],
    [
      open && waiting !== undefined,
      lasts(Math.max(docker.since, waiting?.seenStateAt ?? never), 60_000) ? 'late' : 'agrees',
    ],
    [open && !none && lasts(ended, lastBad ? 5_000 : 30_000), 'late'],
    [open && none && (undecided !== null || docker.imageMissing), 'unknown'],
    [open && none && lasts(noneFor, 15_000) && docker.lists.filter(t => t >= noneFor).length > 1, 'ghost'],
    [open, 'agrees'],
    [status === 'completed' && bad, 'conflict'],
    [status === 'completed' && containers.some(up), now - completedAt >= 30_000 ? 'conflict' : 'agrees'],
    [status === 'completed', last?.exitCode === 0 ? 'agrees' : 'unknown'],
    [containers.some(up), now - ((over ? around.endedAt : null) ?? since ?? never) >= 700 ? 'orphan' : 'agrees'],
    [true, 'agrees'],
  ]
  return rows.find(([fits]) => fits)?.[1] ?? 'unknown'
}

const moment = fc.integer({ min: 0, max: 90_000 }).map(ms => T0 + ms)

const facts = fc
  .record({
    state: fc.constantFrom('created', 'running', 'paused', 'restarting', 'removing', 'exited', 'dead'),
    exitCode: fc.option(fc.constantFrom(0, 0, 1, 3, 137)),
    removed: fc.boolean(),
    times: fc.tuple(moment, moment, moment),
    oomKilled: fc.boolean(),
    timedOut: fc.boolean(),
    missed: fc.boolean(),
    fails: fc.boolean(),
    word: fc.integer({ min: 0, max: 9 }),
    health: fc.option(fc.constantFrom('starting', 'healthy', 'unhealthy')),
    restarts: fc.option(
      fc.record({ count: fc.nat({ max: 9 }), exitCode: fc.option(fc.constantFrom(0, 3, 139)), since: moment }),
    ),
  })
  .map(({ state, exitCode, removed, times, missed, fails, word, restarts, ...over }) => {
    const [createdAt = T0, begun = T0, endedAt = T0] = [...times].sort((a, b) => a - b)
    const startFailed = state === 'created' && fails
    const ended = removed || startFailed || state === 'exited' || state === 'dead' || state === 'removing'
    const started = state !== 'created'
    return agent(`${id}${createdAt}`, {
      ...{ ...over, state, removed, createdAt, startFailed },
      stateWord: word === 0 ? 'hibernating' : null,
      restarted: started && (state === 'restarting' || missed) ? restarts : null,
      seenStateAt: ended ? endedAt : started ? begun : createdAt,
      exitCode: ended ? exitCode : null,
      startedAt: started ? begun : null,
      seenRunningAt: started && !(ended && missed) ? begun : null,
      finishedAt: ended ? endedAt : null,
      seenEndedAt: ended ? endedAt : null,
    })
  })

const link = fc.constantFrom('live', 'live', 'live', 'stale', 'down', 'off')
const situation = fc
  .record({
    status: fc.constantFrom('pending', 'running', 'completed', 'failed', 'aborted'),
    since: fc.option(moment),
    containers: fc.array(facts, { maxLength: 4 }),
    undecided: fc.option(facts, { freq: 1 }),
    over: fc.boolean(),
    endedAt: fc.option(moment),
    local: fc.option(fc.constantFrom('dry-run', 'fallback'), { freq: 1 }),
    backend: fc.record({ link, since: moment }),
    docker: fc.record({
      ...{ link, since: moment, imageMissing: fc.integer({ max: 4, min: 0 }).map(n => n === 0) },
      lists: fc.array(moment, { maxLength: 2 }).map(lists => lists.sort((a, b) => b - a)),
    }),
  })
  // No batch is running in a run that is over [RUN-1].
  .map(({ status, since, containers, undecided, over, endedAt, ...around }) => ({
    pair: { status, since, undecided, containers: containers.sort((a, b) => a.createdAt - b.createdAt) },
    around: { ...around, over: over && status !== 'running', endedAt: over ? endedAt : null },
  }))
const later = fc.integer({ min: 0, max: 200_000 })

/** The form of a reason without its times: one or two sentences. */
const SENTENCES = /^[A-Z][^.]+\.( [A-Z][^.]+\.)?$/
const TIME = /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z/g

describe('any claim beside any evidence', () => {
  const runs = { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 3_000) }

  it('[DOCK-2.21] [DOCK-2.25] has the verdict that the table has', () => {
    fc.assert(
      fc.property(situation, later, ({ pair, around }, after) => {
        expect(verdict(pair, around, T0 + after).verdict).toBe(oracle(pair, around, T0 + after))
      }),
      runs,
    )
  })

  it('[DOCK-2.22] stays as it is until its deadline, and changes there', () => {
    fc.assert(
      fc.property(situation, later, fc.double({ min: 0, max: 1, noNaN: true }), ({ pair, around }, after, part) => {
        const now = T0 + after
        const { deadline, ...word } = verdict(pair, around, now)
        const until = deadline ?? now + 1_000_000
        expect(until).toBeGreaterThan(now)
        for (const between of [now + Math.floor((until - 1 - now) * part), until - 1]) {
          expect(verdict(pair, around, between)).toEqual({ ...word, deadline })
        }
        if (deadline !== null) expect(verdict(pair, around, deadline).verdict).not.toBe(word.verdict)
      }),
      runs,
    )
  })

  it('[DOCK-2.22] raises an alarm within its grace time after the last thing that was seen', () => {
    fc.assert(
      fc.property(situation, later, ({ pair, around }, after) => {
        const { deadline } = verdict(pair, around, T0 + after)
        if (deadline === null) return
        const word = verdict(pair, around, deadline).verdict
        if (!(word === 'ghost' || word === 'late' || word === 'conflict' || word === 'orphan')) return
        const { backend, docker, endedAt } = around
        const seen = pair.containers.flatMap(({ createdAt, seenStateAt, seenRunningAt, seenEndedAt, restarted }) =>
          [createdAt, seenStateAt, seenRunningAt, seenEndedAt, restarted?.since].map(at => at ?? 0),
        )
        const last = Math.max(pair.since ?? 0, endedAt ?? 0, backend.since, docker.since, ...docker.lists, ...seen)
        expect(deadline - last).toBeLessThanOrEqual(GRACE_OF_ALARM[word])
      }),
      runs,
    )
  })

  it('[DOCK-3.21] raises no alarm while Docker is not live, and none of what is open while the backend is not', () => {
    const alarms: readonly Verdict[] = ['ghost', 'orphan', 'late', 'conflict']
    fc.assert(
      fc.property(situation, later, ({ pair, around }, after) => {
        const word = verdict(pair, around, T0 + after).verdict
        const silent = around.backend.link !== 'live' && !around.over && pair.status !== 'completed'
        if (around.docker.link !== 'live') expect(word).toBe('unknown')
        if (silent && (pair.status === 'pending' || pair.status === 'running')) expect(alarms).not.toContain(word)
      }),
      runs,
    )
  })

  it('[DOCK-2.21] is no ghost before 15 s and two lists of watching', () => {
    fc.assert(
      fc.property(situation, later, ({ pair, around }, after) => {
        const now = T0 + after
        if (verdict(pair, around, now).verdict !== 'ghost') return
        const { lists, since } = around.docker
        expect([...pair.containers, pair.undecided]).toEqual([null])
        expect(now - Math.max(pair.since ?? 0, since, around.backend.since)).toBeGreaterThanOrEqual(15_000)
        expect(lists.filter(list => list >= Math.max(pair.since ?? 0, since))).toHaveLength(2)
      }),
      runs,
    )
  })

  it('[DOCK-2.26] is told in one or two plain sentences, which name the moment that "since" or "at" means', () => {
    fc.assert(
      fc.property(situation, later, ({ pair, around }, after) => {
        const { reason, since } = verdict(pair, around, T0 + after)
        expect(reason.replaceAll(TIME, 'then')).toMatch(SENTENCES)
        expect(reason).not.toMatch(/undefined|null|NaN|Infinity|\[object/)
        expect(reason.match(TIME) ?? []).toEqual(since === null ? [] : [iso(since)])
        expect(/\b(?:since|at) then\b/.test(reason.replaceAll(TIME, 'then'))).toBe(since !== null)
      }),
      runs,
    )
  })
})

describe('how a container ended', () => {
  it.each([
    [{ exitCode: 0 }, 'exited 0'],
    [{ exitCode: 3 }, 'exited 3'],
    [{ exitCode: 1 }, 'exited 1'],
    [{ exitCode: 125 }, 'exited 125'],
    [{ exitCode: 126 }, 'exited 126, command not executable'],
    [{ exitCode: 127 }, 'exited 127, command not found'],
    [{ exitCode: 130 }, 'exited 130, interrupted'],
    [{ exitCode: 134 }, 'exited 134, aborted'],
    [{ exitCode: 139 }, 'exited 139, segmentation fault'],
    [{ exitCode: 143 }, 'exited 143, terminated'],
    [{ exitCode: 255 }, 'exited 255'],
    [{ exitCode: 0, oomKilled: true }, 'exited 0, though a process in it ran out of memory'],
    [{ exitCode: 127, startFailed: true }, 'could not be started, exit 127, command not found'],
    [{ exitCode: 126, startFailed: true }, 'could not be started, exit 126, command not executable'],
    [{ exitCode: 128, startFailed: true }, 'could not be started, exit 128'],
    [{ exitCode: null, startFailed: true }, 'could not be started'],
    [{ exitCode: null, state: 'created' as const, removed: true }, 'was removed, not seen to start'],
    [{ exitCode: 137 }, 'exited 137, killed'],
    [{ exitCode: 137, oomKilled: true }, 'exited 137, out of memory'],
    [{ exitCode: 137, timedOut: true }, 'exited 137, killed after 15 minutes'],
    [{ exitCode: null }, 'ended, unseen how'],
  ])('[DOCK-5] is said in words: %o', (how, words) => {
    expect(exitWords({ oomKilled: false, timedOut: false, ...how })).toBe(words)
  })

  it('names a container as the docker client does', () => {
    expect(shortId(id)).toBe('c0ffeec0ffee')
  })
})
