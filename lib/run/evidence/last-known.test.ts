import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { agent, SECOND, T0 } from '../../testing/run/told-run'
import type { BackendState, DockerState } from '../links'
import { lastKnownAlarm } from './last-known'
import { isAlarm, verdict, type Around, type Pair } from './verdict'

const MINUTE = 60 * SECOND
/** When a source falls silent, and when it is back. */
const LOST = T0 + 10 * MINUTE
const BACK = LOST + 5 * MINUTE

const live = { link: 'live', since: T0 - MINUTE } as const
const silent = { link: 'down', since: LOST, before: { from: T0 - MINUTE, to: LOST } } as const
const back = { link: 'live', since: BACK, before: { from: T0 - MINUTE, to: LOST } } as const
const LISTS = { lists: [LOST - SECOND, LOST - 11 * SECOND], imageMissing: false }

const id = 'c0ffee'.repeat(11).slice(0, 64)
const pairs = {
  ghost: { status: 'running', containers: [] },
  late: { status: 'running', containers: [agent(id, { exitCode: 3, seenEndedAt: T0 + MINUTE })] },
  conflict: { status: 'completed', containers: [agent(id, { exitCode: 3, seenEndedAt: T0 + MINUTE })] },
} as const

const pairOf = (changes: Partial<Pair>): Pair => ({
  ...{ status: 'running', since: T0, containers: [], undecided: null },
  ...changes,
})

function look(pair: Pair, backend: BackendState, docker: BackendState, now: number, lists: Partial<DockerState> = {}) {
  const around: Around = {
    ...{ over: false, endedAt: null, local: null },
    backend,
    docker: { ...LISTS, ...docker, ...lists },
  }
  const judgement = verdict(pair, around, now)
  return { judgement, known: lastKnownAlarm(pair, around, judgement) }
}

describe('[DOCK-2.30] an alarm whose source falls silent', () => {
  const sources: [string, BackendState, BackendState][] = [
    ['the backend', silent, live],
    ['Docker', live, silent],
    ['both', silent, silent],
  ]
  const cases = sources.flatMap(([source, ...links]) =>
    Object.entries(pairs)
      // What the backend has told of a batch that is over stands without it, and the alarm with it.
      .filter(([kind]) => kind !== 'conflict' || source !== 'the backend')
      .map(([kind, pair]) => [kind, source, pairOf(pair), ...links] as const),
  )

  it.each(cases)('is the same %s without %s, as of then', (_, __, pair, backend, docker) => {
    const before = look(pair, live, live, LOST)
    expect([isAlarm(before.judgement.verdict), before.known]).toEqual([true, null])
    const { judgement, known } = look(pair, backend, docker, BACK)
    expect(judgement.verdict).toBe('unknown')
    expect(known).toEqual({ judgement: { ...before.judgement, deadline: null }, at: LOST })
  })

  it('is not kept beside what was learned since', () => {
    const completed = pairOf({ status: 'completed', since: LOST + MINUTE })
    expect(look(completed, live, silent, BACK).known).toBeNull()
    const ends = agent(id, { exitCode: 0, startedAt: LOST + SECOND, seenRunningAt: LOST + SECOND, seenEndedAt: BACK })
    expect(look(pairOf({ containers: [ends] }), silent, live, BACK).known).toBeNull()
  })

  it('waits, once the source is back, until it is found again', () => {
    const ghost = pairOf(pairs.ghost)
    const unlisted = look(ghost, live, back, BACK + SECOND)
    expect(unlisted.judgement.verdict).toBe('agrees')
    expect(unlisted.known).toMatchObject({ judgement: { verdict: 'ghost' }, at: LOST })
    const lists = [BACK + 11 * SECOND, BACK + SECOND]
    expect(look(ghost, live, back, BACK + 14 * SECOND, { lists }).known).toMatchObject({ at: LOST })
    const again = look(ghost, live, back, BACK + 15 * SECOND, { lists })
    expect([again.judgement.verdict, again.known]).toEqual(['ghost', null])
  })

  it('is gone, once the source is back, if it can’t be found again', () => {
    const atWork = agent(id, { createdAt: LOST + SECOND, startedAt: LOST + SECOND, seenRunningAt: BACK + SECOND })
    expect(look(pairOf({ containers: [atWork] }), live, back, BACK + SECOND).known).toBeNull()
  })

  it('is none where no source was ever live, or Docker is not watched', () => {
    const ghost = pairOf(pairs.ghost)
    expect(look(ghost, live, { link: 'down', since: T0 }, BACK).known).toBeNull()
    expect(look(ghost, silent, { link: 'off', since: 0 }, BACK).known).toBeNull()
  })

  it('is one that stood then, whatever the times of both silences', () => {
    const times = fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 6, maxLength: 6 })
    const state = (a: number, b: number, c: number, isBack: boolean): BackendState => {
      const [from = 0, to = 0, since = 0] = [a, b, c].sort((x, y) => x - y).map(n => T0 + n * MINUTE)
      return { link: isBack ? 'live' : 'down', since: isBack ? since : to, before: { from, to } }
    }
    fc.assert(
      fc.property(times, fc.boolean(), fc.boolean(), ([a = 0, b = 0, c = 0, d = 0, e = 0, f = 0], one, two) => {
        const [backend, docker] = [state(a, b, c, one), state(d, e, f, two)]
        const { known } = look(pairOf(pairs.late), backend, docker, T0 + 40 * MINUTE)
        if (known === null) return
        const wasLive = ({ link, since, before }: BackendState) =>
          (before && before.from <= known.at && known.at <= before.to) || (link === 'live' && since <= known.at)
        expect([backend, docker].map(wasLive)).toEqual([true, true])
        expect(known.judgement.since).toBeLessThanOrEqual(known.at)
      }),
      { numRuns: 2_000 },
    )
  })
})
