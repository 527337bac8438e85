import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RunView } from '../run/view'
import { often } from '../testing/support/often'
import { StreamFollower } from '../testing/backend/stream-follower'
import { outlines } from '../testing/backend/outlines'
import { tell, type Frame, type Story } from '../testing/backend/stories'

const RUNS = Number(process.env['PROPERTY_RUNS'] ?? often(75, 1_000))

const texts = (frames: readonly Frame[]) => frames.map(({ text }) => text)
const replayOf = (frames: readonly Frame[]) => texts(frames.filter(({ replayed }) => replayed))
const forgets = ({ frames }: Story) => frames.some(({ replayed }) => !replayed)

/** One clean delivery; a real abort needs a later connection that proves it. */
function deliverClean(story: Story, afterEach?: (follower: StreamFollower, text: string) => void): StreamFollower {
  const follower = new StreamFollower()
  follower.readPlan(story.plan)
  const watch = (text: string) => afterEach?.(follower, text)
  follower.connect(texts(story.frames), watch)
  if (forgets(story)) follower.connect(replayOf(story.frames), watch)
  return follower
}

interface Delivery {
  /** Where the live stream was cut and connected again, as places in the story, per mille. */
  cuts: number[]
  /** Which frames of a connection came twice, were lost, or changed places with the second next one, by index. */
  doubled: number[]
  lost: number[]
  swapped: number[]
  /** Losses and swaps in replayed frames, too, although no backend makes them there. */
  planIsLate: boolean
}

const deliveries = (gentle: boolean): fc.Arbitrary<Delivery> => {
  const some = fc.array(fc.nat(120), { maxLength: 12 })
  const none = fc.constant<number[]>([])
  return fc.record({
    cuts: fc.array(fc.nat(1_000), { maxLength: 4 }).map(cuts => cuts.sort((a, b) => a - b)),
    doubled: some,
    lost: gentle ? none : some,
    swapped: gentle ? none : some,
    planIsLate: gentle ? fc.constant(false) : fc.boolean(),
  })
}

/** The frames that one connection brings. The first is never lost or late, and a real abort always comes. */
function disturbed(frames: readonly Frame[], { doubled, lost, swapped }: Delivery, { generation }: Story): string[] {
  const coarse = generation === 'C'
  const order = [...frames]
  for (const at of coarse ? [] : swapped) {
    const [a, b] = [order[at], order[at + 2]]
    if (at > 0 && a && b) [order[at], order[at + 2]] = [b, a]
  }
  return order.flatMap((frame, n) => {
    if (n > 0 && frame.replayed && lost.includes(n)) return []
    // If stamps are coarse, a repeated message can't be distinguished from a second one.
    return doubled.includes(n) && !coarse ? [frame.text, frame.text] : [frame.text]
  })
}

/** Every frame is live on one connection and replayed on all later ones; the last connection replays everything. */
function deliver(
  story: Story,
  delivery: Delivery,
  afterEach?: (follower: StreamFollower, text: string) => void,
): StreamFollower {
  const { frames, plan } = story
  const follower = new StreamFollower()
  if (!delivery.planIsLate) follower.readPlan(plan)
  const places = [...delivery.cuts.map(cut => Math.round((cut * frames.length) / 1_000)), frames.length]
  let joined = 0
  for (const cut of places) {
    const brought = [...frames.slice(0, joined).filter(({ replayed }) => replayed), ...frames.slice(joined, cut)]
    follower.connect(disturbed(brought, delivery, story), text => afterEach?.(follower, text))
    joined = cut
  }
  follower.connect(replayOf(frames), text => afterEach?.(follower, text))
  if (delivery.planIsLate) follower.readPlan(plan)
  return follower
}

const sorted = (all: readonly unknown[]) => all.map(one => JSON.stringify(one)).sort()

function checkTruth({ status, startedAt, endedAt, error, batches }: RunView, { truth, generation }: Story): void {
  expect({ status, startedAt, endedAt, error }).toEqual({
    status: truth.status,
    startedAt: truth.startedAt,
    endedAt: truth.endedAt,
    error: truth.error,
  })
  const told = (all: Story['truth']['batches']) =>
    all.map(batch => ({ id: batch.id, name: batch.name, ...stateOf(batch) }))
  const stateOf = (batch: Story['truth']['batches'][number]) => ({
    ...{ status: batch.status, branch: batch.branch, endedAt: batch.endedAt, startedAt: batch.startedAt },
  })
  if (generation !== 'A') {
    expect(told(batches)).toEqual(told(truth.batches))
    return
  }
  // A start names the batch by name: which of two batches of one name began is known when one of them completes.
  for (const name of new Set(truth.batches.map(batch => batch.name))) {
    const ofName = (all: Story['truth']['batches']) => all.filter(batch => batch.name === name)
    const [seen, real] = [ofName(batches), ofName(truth.batches)]
    for (const field of ['id', 'status', 'startedAt', 'endedAt', 'branch'] as const) {
      expect(sorted(seen.map(batch => batch[field]))).toEqual(sorted(real.map(batch => batch[field])))
    }
  }
  const completed = (all: Story['truth']['batches']) => all.filter(batch => batch.status === 'completed')
  expect(completed(batches).map(({ id, branch, endedAt }) => ({ id, branch, endedAt }))).toEqual(
    completed(truth.batches).map(({ id, branch, endedAt }) => ({ id, branch, endedAt })),
  )
}

/** In the oldest generation, agents' lines count until the orchestrator's own messages revoke them, so those must come. */
const decided = (story: Story) => story.generation !== 'A' || story.engineCompleted || !story.frames.some(isCompletion)
const isCompletion = ({ by, text }: Frame) => by === 'agent' && /completed|merged/.test(text)

const sumsUp = ({ counts, batches }: RunView): void => {
  const { total, totalKnown: _, ...five } = counts
  expect(Object.values(five).reduce((sum, count) => sum + count)).toBe(total)
  expect(batches).toHaveLength(total)
}

const stories = outlines().map(tell)

describe('any run of any generation', () => {
  it('[RUN-1] [RUN-3] [RUN-4] [RUN-5] delivered once ends as the truth', { timeout: 300_000 }, () => {
    fc.assert(
      fc.property(stories, story => {
        fc.pre(decided(story))
        const follower = deliverClean(story)
        checkTruth(follower.derive().view, story)
        expect(follower.derive().view.counts).toMatchObject({ total: story.plan.length, totalKnown: true })
        expect(follower.log).toHaveLength(story.frames.length)
      }),
      { numRuns: RUNS },
    )
  })

  it('[RUN-2.1] doubled, cut, lossy, out of order and replayed ends as delivered once', { timeout: 300_000 }, () => {
    fc.assert(
      fc.property(stories, deliveries(false), (story, delivery) => {
        const clean = deliverClean(story)
        const follower = deliver(story, delivery)
        expect(follower.derive().view).toEqual(clean.derive().view)
        expect([...follower.log].sort()).toEqual([...clean.log].sort())
        expect(follower.run.incarnation).toBe(1)
      }),
      { numRuns: RUNS },
    )
  })

  it(
    '[RUN-1.2] [RUN-7.7] at every step its counts sum up, and its timer only learns of an earlier start',
    { timeout: 300_000 },
    () => {
      fc.assert(
        fc.property(stories, deliveries(false), (story, delivery) => {
          let began: string | null = null
          deliver(story, delivery, follower => {
            const { view } = follower.derive()
            sumsUp(view)
            expect(follower.elapsed).toBeGreaterThanOrEqual(0)
            if (began !== null) expect(view.startedAt).not.toBeNull()
            if (began !== null && view.startedAt !== null) expect(view.startedAt <= began).toBe(true)
            began = view.startedAt
          })
        }),
        { numRuns: RUNS },
      )
    },
  )
})

describe('any run whose engine tells of its status', () => {
  const told = outlines(fc.constantFrom('B', 'C')).map(tell)

  it('[RUN-3] [RUN-4] is changed by nothing that an agent prints, at any step', { timeout: 300_000 }, () => {
    fc.assert(
      fc.property(told, deliveries(true), (story, delivery) => {
        const agents = new Set(texts(story.frames.filter(({ by }) => by === 'agent')))
        let before: object | null = null
        deliver(story, delivery, (follower, text) => {
          const { status, error, startedAt, endedAt, counts, batches } = follower.derive().view
          const now = { status, error, startedAt, endedAt, counts, batches }
          if (before && agents.has(text)) expect(now).toEqual(before)
          before = now
        })
      }),
      { numRuns: RUNS },
    )
  })

  it(
    '[RUN-1.7] [RUN-7.7] loses no completion but by a failed merge, and never moves its start',
    { timeout: 300_000 },
    () => {
      fc.assert(
        fc.property(told, deliveries(true), (story, delivery) => {
          let completed = 0
          deliver(story, delivery, follower => {
            const { counts, startedAt, error } = follower.derive().view
            const merge = error !== null && /^(Merge failed|AI could not)/.test(error)
            expect(counts.completed).toBeGreaterThanOrEqual(merge ? completed - 1 : completed)
            completed = counts.completed
            expect(startedAt).toBe(story.truth.startedAt)
          })
        }),
        { numRuns: RUNS },
      )
    },
  )
})

describe('any run of the oldest generation', () => {
  it('[RUN-4] is not ended, begun or blamed by anything that an agent prints', { timeout: 300_000 }, () => {
    fc.assert(
      fc.property(outlines(fc.constant('A')).map(tell), deliveries(true), (story, delivery) => {
        const agents = new Set(texts(story.frames.filter(({ by }) => by === 'agent')))
        let before: object | null = null
        deliver(story, delivery, (follower, text) => {
          const { status, error, startedAt, endedAt } = follower.derive().view
          const now = { status, error, startedAt, endedAt }
          if (before && agents.has(text)) expect(now).toEqual(before)
          before = now
        })
      }),
      { numRuns: RUNS },
    )
  })
})

describe('any input', () => {
  it('[SAFE-4.41] throws nothing and leaves counts that sum up', { timeout: 300_000 }, () => {
    const id = fc.constantFrom('a', '__proto__', 'constructor', 'hasOwnProperty', ' ', 'x'.repeat(3_000))
    const field = fc.oneof(
      id,
      fc.constantFrom('running', 'completed', 'failed'),
      fc.string(),
      fc.double(),
      fc.constant(null),
    )
    const message = fc.oneof(
      id,
      id.map(name => `Spawning batch: ${name}`),
      id.map(name => `Batch ${name} completed on branch ${name}`),
      id.map(name => `Execution failed: ${name}`),
      fc.nat().map(count => `Resuming: ${count} batches already completed`),
      fc.constantFrom('Execution aborted by user.', 'Execution not found.', 'Merging branch x'),
    )
    const type = fc.constantFrom(
      'start',
      'status',
      'batch_status',
      'batch_start',
      'batch_complete',
      'batch_error',
      'info',
      'error',
      'success',
    )
    const stamp = fc.oneof(
      fc.date({ noInvalidDate: true }).map(date => date.toISOString()),
      fc.constantFrom('0000-01-01T00:00:00Z', '9999-12-31T23:59:59.999999999Z', '2026-02-31T00:00:00+23:59', 'x'),
    )
    const frame = fc
      .record(
        {
          type,
          message,
          timestamp: stamp,
          status: field,
          batch_id: field,
          batch_name: field,
          branch: field,
          error: field,
        },
        { requiredKeys: [] },
      )
      .map(fields => JSON.stringify(fields))
    const mutated = fc
      .tuple(stories, fc.nat(), fc.nat(), fc.string({ maxLength: 3 }))
      .map(([{ frames }, which, at, by]) => {
        const { text } = frames[which % frames.length] ?? { text: '' }
        return text.slice(0, at % text.length) + by + text.slice((at % text.length) + 1)
      })
    const any = fc.oneof({ weight: 6, arbitrary: frame }, { weight: 2, arbitrary: mutated }, fc.string(), fc.json())
    fc.assert(
      fc.property(fc.array(any, { maxLength: 40 }), fc.array(fc.nat(40), { maxLength: 3 }), (all, cuts) => {
        const follower = new StreamFollower()
        follower.open()
        for (const [n, text] of all.entries()) {
          follower.hear(text)
          sumsUp(follower.derive().view)
          expect(follower.elapsed).toBeGreaterThanOrEqual(0)
          if (!cuts.includes(n)) continue
          follower.settle()
          follower.close()
          follower.open()
        }
      }),
      { numRuns: RUNS },
    )
  })
})
