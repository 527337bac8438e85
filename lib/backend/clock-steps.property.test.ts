import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { elapsed } from '../run/time'
import { CLOCK_TOLERANCE } from '../run/clock-steps'
import { SteppedRun, type Act, type Moment } from './testing-stepped'

const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 300)
const SECOND = 1_000
const HOUR = 3_600 * SECOND

/** While it goes on the timer stays so far behind, and stamps are cut to whole seconds [RUN-7]. */
const BEHIND = 2_500
const BATCHES = ['a', 'b', 'c']

interface Story {
  skew: number
  digits: number
  accepted: boolean
  /** In this order, each after so many ms. */
  moments: Moment[]
}

const step = fc
  .tuple(fc.constantFrom(2_000, 3_000, 7_000, 60_000, 600_000, HOUR, 5 * HOUR), fc.nat(1_000), fc.boolean())
  .map(([size, more, back]): Act => ({ kind: 'set', by: back ? -size - more : size + more }))

const gap = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 400 }) },
  { weight: 4, arbitrary: fc.integer({ min: 500, max: 5_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 5_000, max: 1_200_000 }) },
)

/** A run of three batches, some of them at once, with lines between, and what else happens at any place in it. */
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

/** Whatever is shown as sure is right. */
function checkSure(run: SteppedRun, { skew }: Story): void {
  const { view } = run
  // In the first second of a connection receipt times tell nothing yet [RUN-16.6].
  if (run.now - run.joinedAt < SECOND) return
  // What goes on is measured by our clock: by how much the backend's differs a live frame tells first [RUN-7].
  const isComparable = Math.abs(skew) <= 1_000 || run.run.clockOffset !== null
  const within = (shown: number, truth: number, slack: number) =>
    expect(Math.abs(shown - truth), `shows ${String(shown)}, took ${String(truth)}`).toBeLessThanOrEqual(slack)
  if (run.startedAt !== null && view.durationUncertain === undefined && (run.endedAt !== null || isComparable)) {
    within(run.shown, (run.endedAt ?? run.now) - run.startedAt, CLOCK_TOLERANCE + BEHIND)
  }
  for (const batch of view.batches) {
    const begun = run.begun.get(batch.id)
    if (batch.startedAt === null || batch.durationUncertain || begun === undefined) continue
    if (batch.endedAt === null && !isComparable) continue
    const { clockOffset } = view
    within(
      elapsed({ ...batch, clockOffset }, run.now),
      (run.completed.get(batch.id) ?? run.now) - begun,
      CLOCK_TOLERANCE + BEHIND,
    )
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
 * A clock that is set in what a replay brings, or before anything told how the clocks differ, looks like a longer or
 * shorter pause: no receipt time contradicts its stamps [RUN-16].
 */
function looksLikeAPause(run: SteppedRun, { accepted, skew }: Story): boolean {
  const isDated = Math.abs(skew) <= 1_000 && run.isJoined && run.now - run.joinedAt >= SECOND
  return !(run.isJoined && (accepted || isDated)) && !(run.isJoined && run.run.clockOffset !== null)
}

describe('a run whose backend’s clock is set at any place, by any size', () => {
  it('[RUN-16] followed live, shows no wrong duration as sure, and never runs back', { timeout: 120_000 }, () => {
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
  })

  it('[RUN-16] cut and restarted at any place, it shows no wrong duration as sure', { timeout: 120_000 }, () => {
    const outage = fc.constantFrom<Act>({ kind: 'cut' }, { kind: 'restart' })
    const others = fc.oneof({ weight: 2, arbitrary: step }, { weight: 1, arbitrary: outage })
    fc.assert(
      fc.property(stories(others, fc.constant(0)), story => {
        const run = tell(story, (each, act) => {
          fc.pre(act.kind !== 'set' || !looksLikeAPause(each, story))
          checkSure(each, story)
        })
        checkTold(run)
      }),
      { numRuns: RUNS },
    )
  })

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
    '[RUN-16] joined late, a clock that was seen to go back is marked, and every count is right',
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
