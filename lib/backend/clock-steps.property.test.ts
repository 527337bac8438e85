import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { elapsed } from '../run/time/time'
import { CLOCK_TOLERANCE } from '../run/time/clock-steps'
import { often } from '../testing/support/often'
import { SteppedRun, type Act, type Moment } from '../testing/backend/stepped-run'

const RUNS = Number(process.env['PROPERTY_RUNS'] ?? often(150, 2_000))
const SECOND = 1_000
const HOUR = 3_600 * SECOND

/** The timer of an open run stays this far behind, ms, and stamps are cut to whole seconds [RUN-7]. */
const BEHIND = 2_500
const BATCHES = ['a', 'b', 'c']

interface Story {
  skew: number
  digits: number
  accepted: boolean
  /** The events in their order, each after a number of ms. */
  moments: Moment[]
}

/** By how much a clock is set. */
const step = fc
  .tuple(fc.constantFrom(2_000, 3_000, 7_000, 60_000, 600_000, HOUR, 5 * HOUR), fc.nat(1_000), fc.boolean())
  .map(([size, more, back]) => ({ kind: 'set', by: back ? -size - more : size + more }) as const)

const gap = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 400 }) },
  { weight: 4, arbitrary: fc.integer({ min: 500, max: 5_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 5_000, max: 1_200_000 }) },
)

/** A run of three batches, some of them parallel, with lines between, and other events at any place in it. */
const stories = (others: fc.Arbitrary<Act>, joinsAt: fc.Arbitrary<number>): fc.Arbitrary<Story> =>
  fc
    .record({
      skew: fc.constantFrom(0, 0, 300, -90_000, HOUR, -30 * 24 * HOUR, 30 * 24 * HOUR),
      digits: fc.constantFrom(9, 9, 0),
      accepted: fc.boolean(),
      order: fc.shuffledSubarray(['a', 'b', 'c', 'a', 'b', 'c'], { minLength: 6 }),
      lines: fc.array(fc.nat(100), { maxLength: 12 }),
      others: fc.array(fc.tuple(fc.nat(100), others), { minLength: 1, maxLength: 4 }),
      joinsAt,
      gaps: fc.array(gap, { minLength: 40, maxLength: 40 }),
    })
    .map(({ skew, digits, accepted, order, lines, others, joinsAt, gaps }) => {
      const begun = new Set<string>()
      const acts: Act[] = order.map(batch => {
        const kind = begun.has(batch) ? 'complete' : 'begin'
        begun.add(batch)
        return { kind, batch }
      })
      const put = (at: number, act: Act) => acts.splice(Math.round((at * acts.length) / 100), 0, act)
      for (const at of lines) put(at, { kind: 'line' })
      for (const [at, act] of others) put(at, act)
      const all: Act[] = [{ kind: 'start' }, ...acts, { kind: 'end' }]
      const moments = all.map((act, n) => ({ after: gaps[n % gaps.length] ?? 0, act }))
      const place = Math.round((joinsAt * moments.length) / 100)
      moments.splice(place, 0, { after: 20, act: { kind: 'join' } })
      if (place === 0) moments.splice(1, 1, { after: 10, act: { kind: 'start' } })
      return { skew, digits, accepted: accepted && place === 0, moments }
    })

function tell({ skew, digits, accepted, moments }: Story, afterEach: (run: SteppedRun, act: Act) => void): SteppedRun {
  const run = new SteppedRun(skew, BATCHES, digits)
  if (accepted) run.accepted()
  for (const { after, act } of moments) {
    run.pass(after).do(act)
    if (act.kind === 'cut' || act.kind === 'restart') run.pass(after + 30).do({ kind: 'join' })
    afterEach(run, act)
  }
  return run
}

/** The story without that event; the events after it stay at the same moment. */
function without(moments: readonly Moment[], kind: Act['kind']): Moment[] {
  const kept: Moment[] = []
  let missed = 0
  for (const { after, act } of moments) {
    if (act.kind === kind) missed += after
    else kept.push({ after: after + missed, act })
    if (act.kind !== kind) missed = 0
  }
  return kept
}

/** One step, and stamps with fractions: together with an outage, other cases are less certain. */
const besideOutages = (kind: 'set' | 'set-both'): fc.Arbitrary<Story> =>
  fc
    .record({
      story: stories(fc.constantFrom<Act>({ kind: 'cut' }, { kind: 'restart' }), fc.constant(0)),
      ...{ after: gap, act: step, place: fc.nat(100) },
    })
    .map(({ story, after, act, place }): Story => {
      const at = 2 + Math.round((place * (story.moments.length - 2)) / 100)
      return { ...story, digits: 9, moments: story.moments.toSpliced(at, 0, { after, act: { ...act, kind } }) }
    })

/** Checks that every duration that is shown as certain is right. */
function checkSure(run: SteppedRun, { moments }: Story): void {
  const { view } = run
  // A step of at most this size counts as a delay, so several of them add up [RUN-16.4].
  const steps = moments.filter(({ act }) => act.kind === 'set' || act.kind === 'set-both').length
  const tolerance = CLOCK_TOLERANCE * Math.max(1, steps) + BEHIND
  // In the first second of a connection receipt times prove nothing yet [RUN-16.6].
  if (run.now - run.joinedAt < SECOND) return
  // If the clock was set while no connection was open, the first live message of the next one shows it [RUN-16.3].
  if (!run.isDated) return
  const within = (shown: number, truth: number, slack: number) =>
    expect(Math.abs(shown - truth), `shows ${String(shown)}, took ${String(truth)}`).toBeLessThanOrEqual(slack)
  if (run.startedAt !== null && view.durationUncertain === undefined) {
    within(run.shown, (run.endedAt ?? run.now) - run.startedAt, tolerance)
  }
  for (const batch of view.batches) {
    const begun = run.begun.get(batch.id)
    if (batch.startedAt === null || batch.durationUncertain || begun === undefined) continue
    const { clockOffset } = view
    within(elapsed({ ...batch, clockOffset }, run.ours), (run.completed.get(batch.id) ?? run.now) - begun, tolerance)
  }
}

function checkTold(run: SteppedRun): void {
  const { status, batches, counts } = run.view
  const truth = BATCHES.map(id => ({ id, status: run.completed.has(id) ? 'completed' : 'running' }))
  expect(batches.map(({ id, status }) => ({ id, status }))).toEqual(truth)
  expect(status).toBe('completed')
  expect(counts).toMatchObject({ total: 3, completed: 3 })
}

/**
 * If the clock is set in replayed messages, or before the clocks' difference is known, the step looks like a longer or shorter
 * pause: no receipt time contradicts the stamps [RUN-16].
 */
function looksLikeAPause(run: SteppedRun, { accepted, skew }: Story): boolean {
  const isDated = Math.abs(skew) <= 1_000 && run.isJoined && run.now - run.joinedAt > SECOND + 100
  return !(run.isJoined && (accepted || isDated)) && !(run.isJoined && run.run.clockOffset !== null)
}

describe('a run whose backend’s clock is set at any place, by any size', () => {
  it(
    '[RUN-16.3] [RUN-16.4] [RUN-16.21] [RUN-16.27] followed live, shows no wrong duration as sure, and never runs back',
    { timeout: 120_000 },
    () => {
      fc.assert(
        fc.property(stories(step, fc.constant(0)), story => {
          let before = 0
          const run = tell(story, (each, act) => {
            fc.pre(act.kind !== 'set' || !looksLikeAPause(each, story))
            checkSure(each, story)
            const { view, shown } = each
            if (each.run.clockOffset === null) return
            if (view.durationUncertain === undefined) {
              expect(shown).toBeGreaterThanOrEqual(before - CLOCK_TOLERANCE)
              before = shown
            }
          })
          checkTold(run)
        }),
        { numRuns: RUNS },
      )
    },
  )

  it(
    '[RUN-16.6] [RUN-16.12] [RUN-16.18] cut and restarted at any place, it shows no wrong duration as sure',
    { timeout: 120_000 },
    () => {
      fc.assert(
        fc.property(besideOutages('set'), story => {
          const run = tell(story, (each, act) => {
            fc.pre(act.kind !== 'set' || !looksLikeAPause(each, story))
            checkSure(each, story)
          })
          checkTold(run)
        }),
        { numRuns: RUNS },
      )
    },
  )

  it('[RUN-16] [REC-7] is after a restart what it was before', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(stories(step, fc.constant(0)), story => {
        const run = tell(story, () => undefined)
        const { view } = run
        expect(run.do({ kind: 'restart' }).view).toEqual(view)
      }),
      { numRuns: RUNS },
    )
  })

  it(
    '[RUN-16.5] joined late, a clock that was seen to go back is marked, and every count is right',
    { timeout: 120_000 },
    () => {
      fc.assert(
        fc.property(stories(step, fc.constant(100)), story => {
          const run = tell(story, () => undefined)
          checkTold(run)
          const { view } = run.pass(20_000)
          if (run.goesBack) expect(view.durationUncertain).toBe(true)
          expect(run.shown).toBeGreaterThanOrEqual(0)
        }),
        { numRuns: RUNS },
      )
    },
  )
})

describe('a run whose dashboard’s clock is set at any place, by any size', () => {
  const setting = step.map(act => ({ ...act, kind: 'set-ours' }) as const)
  const outage = fc.constantFrom<Act>({ kind: 'cut' }, { kind: 'restart' })

  it('[RUN-16.13] alone, it shows what it shows where nobody sets it', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(stories(setting, fc.constantFrom(0, 0, 50, 100)), story => {
        const calm = tell({ ...story, moments: without(story.moments, 'set-ours') }, () => undefined)
        const run = tell(story, each => each.isJoined && checkSure(each, story))
        const timesOf = ({ view }: SteppedRun) =>
          [view, ...view.batches].map(({ startedAt, endedAt }) => ({ startedAt, endedAt }))
        expect(timesOf(run)).toEqual(timesOf(calm))
        expect(run.run.clockOffset).toBe(calm.run.clockOffset)
      }),
      { numRuns: RUNS },
    )
  })

  it(
    '[RUN-16.14] [RUN-16.31] alone, with cuts and restarts, it shows no wrong duration as sure',
    { timeout: 120_000 },
    () => {
      fc.assert(
        fc.property(stories(fc.oneof(setting, outage), fc.constant(0)), story => {
          checkTold(tell(story, each => checkSure(each, story)))
        }),
        { numRuns: RUNS },
      )
    },
  )

  it('[RUN-16.15] [RUN-16.32] with the backend’s, it shows no wrong duration as sure', { timeout: 120_000 }, () => {
    const both = step.map(act => ({ ...act, kind: 'set-both' }) as const)
    fc.assert(
      fc.property(stories(both, fc.constant(0)), story => {
        checkTold(tell(story, each => checkSure(each, story)))
      }),
      { numRuns: RUNS },
    )
  })

  it(
    '[RUN-16.15] with the backend’s, with a cut or a restart, it shows no wrong duration as sure',
    { timeout: 120_000 },
    () => {
      fc.assert(
        fc.property(besideOutages('set-both'), story => {
          checkTold(tell(story, each => checkSure(each, story)))
        }),
        { numRuns: RUNS },
      )
    },
  )
})

/** A run of three batches, what its dashboard knows of it, and the delay of each of its messages. */
const delayed = fc.record({
  skew: fc.oneof(fc.constantFrom(0, 30 * 24 * HOUR, -30 * 24 * HOUR), fc.integer({ min: -6_000, max: 6_000 })),
  digits: fc.constantFrom(9, 0),
  accepted: fc.boolean(),
  cutAt: fc.option(fc.nat({ max: 40 })),
  acts: fc
    .tuple(
      fc.shuffledSubarray(['a', 'b', 'c', 'a', 'b', 'c'], { minLength: 6 }),
      fc.array(fc.nat(6), { maxLength: 30 }),
    )
    .map(([order, lines]) => {
      const acts = order.map((batch, n): Act => ({ kind: order.indexOf(batch) === n ? 'begin' : 'complete', batch }))
      for (const at of lines) acts.splice(at, 0, { kind: 'line' })
      return [{ kind: 'start' }, ...acts, { kind: 'end' }] satisfies Act[]
    }),
  gaps: fc.array(gap, { minLength: 40, maxLength: 40 }),
})

type DelayedStory = typeof delayed extends fc.Arbitrary<infer Story> ? Story : never

/** Delays of a busy machine, of a slow network, and of a network that is slow for a while, ms. */
const delays = (max: number): fc.Arbitrary<readonly number[]> => {
  const prompt = fc.integer({ min: 0, max: Math.min(50, max) })
  const anyDelay = fc.integer({ min: 0, max })
  const each = (delay: fc.Arbitrary<number>) => fc.array(delay, { minLength: 40, maxLength: 40 })
  const steady = fc
    .record({ lag: anyDelay, from: fc.nat({ max: 30 }), for: fc.nat({ max: 30 }), jitter: each(prompt) })
    .map(({ lag, from, for: length, jitter }) =>
      jitter.map((ms, n) => (n >= from && n < from + length ? Math.min(max, lag + ms) : ms)),
    )
  const spikes = fc.oneof({ weight: 9, arbitrary: prompt }, { weight: 1, arbitrary: anyDelay })
  return fc.oneof(each(anyDelay), each(spikes), steady)
}

describe('a clock that nobody sets', () => {
  const tellDelayed = (story: DelayedStory, late: readonly number[]) => {
    const { skew, digits, accepted, cutAt, acts, gaps } = story
    const run = new SteppedRun(skew, BATCHES, digits)
    if (accepted) run.accepted()
    run.pass(20).do({ kind: 'join' })
    for (const [n, act] of acts.entries()) {
      run.do({ kind: 'delay', by: late[n % late.length] ?? 0 }).pass(gaps[n % gaps.length] ?? 0)
      if (n === cutAt) run.do({ kind: 'cut' }).pass(30).do({ kind: 'join' })
      run.do(act)
    }
    return run.pass(90_000)
  }
  const timesOf = ({ view: { startedAt, endedAt, batches, findings } }: SteppedRun) => ({
    startedAt,
    endedAt,
    batches: batches.map(batch => ({ id: batch.id, startedAt: batch.startedAt, endedAt: batch.endedAt })),
    findings: findings.filter(({ kind }) => kind === 'clock-set'),
  })

  it('[RUN-16.11] is never found to be set, however late messages come', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(delayed, delays(58_000), (story, late) => {
        const prompt = timesOf(tellDelayed(story, [0]))
        expect(prompt.findings).toEqual([])
        expect(timesOf(tellDelayed(story, late))).toEqual(prompt)
      }),
      { numRuns: RUNS },
    )
  })

  it('[RUN-16.4] [RUN-16.7] leaves each duration certain where no delay is above 1.5 s', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(delayed, delays(CLOCK_TOLERANCE), (story, all) => {
        // If a stamp is cut to a whole second, its message seems up to a second later.
        const late = all.map(ms => (story.digits === 0 ? ms / 3 : ms))
        const { view } = tellDelayed(story, late)
        expect([view, ...view.batches].filter(each => each.durationUncertain)).toEqual([])
      }),
      { numRuns: RUNS },
    )
  })
})
