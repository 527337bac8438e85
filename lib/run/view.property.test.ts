import fc from 'fast-check'
import { it } from 'vitest'
import { CheckedRun } from '../testing/run/checked-run'
import { often } from '../testing/support/often'
import { agent, branchOf, T0 } from '../testing/run/told-run'
import { CLAIMS_ALONE, type Links } from './links'
import type { BatchStatus } from './model'
import type { HistoryReading, Message, MessageClaim, Observation, PlanBatch } from './observation'

const RUNS = Number(process.env['PROPERTY_RUNS'] ?? often(300, 3_000))
const SECOND = 1_000

/** Takes one step of a walk. */
type Step = (walk: Walk) => void

/** A run that is observed step by step, at any time and through any links. */
class Walk {
  readonly run = new CheckedRun()
  now = T0
  links: Links = { ...CLAIMS_ALONE, docker: { link: 'live', since: T0, lists: [], imageMissing: false } }
  connection = 1
  readonly #told: Message[] = []

  observe(observation: Observation): void {
    this.run.observe(observation)
  }

  say(says: MessageClaim, over: Partial<Message>): void {
    this.now += SECOND
    const index = this.#told.length
    const time = { ms: this.now, ns: 0 }
    const message: Message = {
      ...{ kind: 'message', connection: this.connection, index, id: `message ${index}`, at: this.now, time },
      ...{ live: false, says, stream: 'system', text: '', ...over },
    }
    this.#told.push(message)
    this.observe(message)
  }

  /** A later connection brings a message again, perhaps at another place. */
  repeat(nth: number, moved: number): void {
    const message = this.#told[nth % Math.max(1, this.#told.length)]
    if (message) this.observe({ ...message, connection: this.connection, index: message.index + moved, at: this.now })
  }
}

/** Two batches share a name, and one name is another's id. */
const NAMES: Record<string, string> = { a: 'A', b: 'twin', c: 'twin', d: 'a', e: 'E' }
const id = fc.constantFrom(...Object.keys(NAMES), 'unplanned')
const name = fc.constantFrom(...Object.values(NAMES), 'unplanned')
const branch = fc.option(fc.oneof(id.map(branchOf), fc.constant('dry-run-branch')))
const error = fc.option(fc.constantFrom('broken', 'Merge failed: x', 'Merge failed: y', 'x'.repeat(300_000)))
const tier = fc.constantFrom(1 as const, 2 as const, 3 as const)
const status = fc.constantFrom<BatchStatus[]>('pending', 'running', 'completed', 'failed', 'aborted')
const seconds = (min: number, max: number) => fc.integer({ min, max }).map(count => count * SECOND)
/** True once in so many times. */
const rarely = (times: number) => fc.integer({ min: 1, max: times }).map(n => n === 1)

const claims: fc.Arbitrary<MessageClaim>[] = [
  fc.record({ kind: fc.constant('batch-status' as const), id, name: fc.option<string>(name), status, branch, error }),
  fc.record({ kind: fc.constant('batch-start' as const), tier, name }),
  fc.record({
    kind: fc.constant('batch-complete' as const),
    tier,
    sentence: fc.constantFrom('completed' as const, 'mission' as const, 'merged' as const, 'skipped' as const),
    by: fc.constantFrom('id' as const, 'name' as const),
    ref: fc.oneof(id, name),
    branch,
  }),
  fc.record({ kind: fc.constant('merging' as const), branch: id.map(branchOf) }),
]
const rareClaims: fc.Arbitrary<MessageClaim>[] = [
  fc.constant({ kind: 'batch-error', error: 'broken' }),
  fc.constant({ kind: 'missing', error: 'no spec' }),
  fc
    .constantFrom('broken', 'Merge failed: x', 'Task panic: x')
    .map(error => ({ kind: 'execution-failed', error }) as const),
  fc
    .constantFrom('running', 'completed', 'failed', 'aborted')
    .chain(status => error.map(error => ({ kind: 'run-status', status, error }) as const)),
  fc.constantFrom('success', 'execution-aborted', 'runs-locally', 'remark', 'line').map(kind => ({ kind }) as const),
  fc.integer({ min: 0, max: 3 }).map(count => ({ kind: 'resuming', count }) as const),
  fc.constantFrom('h', 'other').map(id => ({ kind: 'history-id', id }) as const),
]
const says = fc.oneof(
  ...claims.map(arbitrary => ({ arbitrary, weight: 8 })),
  ...rareClaims.map(arbitrary => ({ arbitrary, weight: 1 })),
)

const message = fc
  .record({
    says,
    isLate: rarely(8),
    late: fc.oneof(fc.constant(-SECOND), seconds(-90, 90)),
    live: rarely(4),
    hasStep: rarely(200),
  })
  .map(({ says, isLate, late, live, hasStep }): Step => walk => {
    const ms = walk.now + SECOND + (isLate ? late : 0)
    const step = { since: 1, until: 1, stamp: ms, correction: 60_000, basis: 'measured' as const }
    walk.say(says, {
      ...{ live, time: { ms, ns: 0 } },
      ...(hasStep && { clock: { ...step, id: 'step', from: 1 } }),
    })
  })

const planBatch = fc.record<PlanBatch>({
  id,
  name: fc.constant(null),
  dependsOn: fc.subarray(['a', 'b'], { maxLength: 1 }),
  completed: fc.boolean(),
  running: fc.boolean(),
  branch,
})
const plan = fc
  .record({ batches: fc.array(planBatch, { minLength: 1, maxLength: 5 }), shared: rarely(4), isUsual: fc.boolean() })
  .map(({ batches, shared, isUsual }): Step => walk => {
    const named = batches.map(batch => ({ ...batch, name: NAMES[batch.id] ?? null }))
    const usual = Object.keys(NAMES).map((id, n) => ({ ...planBatchOf(id), completed: batches[n]?.completed ?? false }))
    walk.observe({ kind: 'plan', at: walk.now, spec: '001-todo', batches: isUsual ? usual : named, shared })
  })
const planBatchOf = (id: string): PlanBatch => ({
  ...{ id, name: NAMES[id] ?? null, dependsOn: [], completed: false, running: false, branch: null },
})

const entryBatch = fc.record({
  ...{ id, name: fc.constant(null), status: fc.option(status), branch, error },
  startedAt: fc.constant(null),
  endedAt: fc.option(seconds(0, 600).map(ms => T0 + ms)),
})
const history = fc
  .record({ status: fc.option(status), isOver: rarely(3), batches: fc.array(entryBatch, { maxLength: 4 }) })
  .map(({ isOver, ...entry }): Step => walk => {
    const known = { kind: 'history', at: walk.now, id: 'h', dryRun: false, startedAt: T0, error: null } as const
    const reading: HistoryReading = { ...known, ...entry, endedAt: isOver ? walk.now : null }
    walk.observe(reading)
  })

const container = fc
  .record({ id: fc.constantFrom('c1', 'c2', 'c3'), batch: fc.option(id), exitCode: fc.option(fc.constantFrom(0, 1)) })
  .map(({ id, batch, exitCode }): Step => walk => {
    const times = { createdAt: T0 + 10 * SECOND, finishedAt: exitCode === null ? null : walk.now }
    const by = batch === null ? null : ({ id: batch, by: 'tree' } as const)
    walk.observe({ kind: 'container', at: walk.now, batch: by, container: agent(id, { exitCode, ...times }) })
  })

const links = fc
  .record({ backend: rarely(4).map(is => !is), docker: rarely(4).map(is => !is), maybe: fc.option(id) })
  .map(({ backend, docker, maybe }): Step => walk => {
    const { now } = walk
    walk.links = {
      backend: { link: backend ? 'live' : 'stale', since: now },
      docker: {
        link: docker ? 'live' : 'down',
        since: now - 60 * SECOND,
        lists: walk.links.docker.lists,
        imageMissing: false,
      },
      undecided: maybe === null ? [] : [{ batchId: maybe, container: agent('maybe') }],
    }
  })

const connection = fc
  .constantFrom('opened' as const, 'closed' as const, 'replayed' as const)
  .map((kind): Step => walk => {
    if (kind === 'opened') walk.connection += 1
    walk.observe({ kind, at: walk.now, connection: walk.connection })
  })
const repeated = fc.record({ nth: fc.nat(40), moved: fc.constantFrom(0, 0, 0, -2, 2) }).map(
  ({ nth, moved }): Step =>
    walk =>
      walk.repeat(nth, moved),
)
const rare = fc.constantFrom<((at: number, connection: number) => Observation)[]>(
  (at, connection) => ({ kind: 'unknown-run', at, connection }),
  at => ({ kind: 'accepted', at, sent: at, spec: '001-todo', dryRun: false }),
  at => ({ kind: 'asked', at, dryRun: true }),
  at => ({ kind: 'stop', at }),
  at => ({ kind: 'silent', at }),
  at => ({ kind: 'awaited', at }),
  at => ({ kind: 'stirred', at }),
  at => ({ kind: 'continued', at, from: at }),
  at => ({ kind: 'dated', at, offset: 5_000 }),
  at => ({ kind: 'our-clock', at, by: 0, ahead: 3_000 }),
  at => ({ kind: 'our-clock', at, by: 3_000, ahead: 3_000 }),
)
const rareStep = rare.map(
  (make): Step =>
    walk =>
      walk.observe(make(walk.now, walk.connection)),
)
const listed: Step = walk => {
  const { docker } = walk.links
  walk.links = { ...walk.links, docker: { ...docker, lists: [walk.now, ...docker.lists].slice(0, 2) } }
}
const wait = seconds(1, 90).map(
  (ms): Step =>
    walk =>
      void (walk.now += ms),
)

const step = fc.oneof(
  { weight: 30, arbitrary: message },
  { weight: 6, arbitrary: container },
  { weight: 5, arbitrary: wait },
  { weight: 4, arbitrary: fc.constant(listed) },
  { weight: 4, arbitrary: plan },
  { weight: 4, arbitrary: links },
  { weight: 3, arbitrary: repeated },
  { weight: 2, arbitrary: history },
  { weight: 2, arbitrary: connection },
  { weight: 2, arbitrary: rareStep },
)

it(
  `[RUN-17.1] is after each step the same as derived from scratch: ${RUNS} walks`,
  { timeout: 60_000 + RUNS * 200 },
  () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: 'max' }), steps => {
        const walk = new Walk()
        for (const take of steps) {
          take(walk)
          walk.run.derive(walk.now, walk.links)
        }
      }),
      { numRuns: RUNS },
    )
  },
)
