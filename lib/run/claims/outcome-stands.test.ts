import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hasEnded } from '../evidence/container'
import type { ContainerFacts } from '../evidence/container-facts'
import type { Links } from '../links'
import { isOver } from '../is-over'
import type { LinkState } from '../model'
import type { HistoryReading, Message, Observation, MessageClaim } from '../observation'
import { CheckedRun } from '../../testing/run/checked-run'
import {
  ABORT,
  T0,
  agent,
  batchError,
  COMPLETED,
  FAILED,
  failed,
  LINE,
  REMARK,
  RUNNING,
  SECOND,
  START,
  status,
} from '../../testing/run/told-run'
import type { Derived } from '../view'

const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 200)

/**
 * A run as the dashboard follows it: its observations are stored, also those that the passing of time gives, and only they are
 * left after a restart. Links and connections come and go without a message of the backend.
 */
class FollowedRun {
  now = T0
  #run = new CheckedRun()
  readonly #kept: Observation[] = []
  readonly #story: Message[] = []
  #connection = 0
  #isOpen = false
  #backend: Links['backend'] = { link: 'live', since: T0 }
  #docker: Links['docker'] = { link: 'live', since: T0, lists: [T0], imageMissing: false }
  #undecided: ContainerFacts[] = []

  take(observation: Observation, isFresh = false): void {
    if (this.#run.observe(observation) || isFresh) this.#kept.push(observation)
  }

  say(says: MessageClaim): void {
    if (!this.#isOpen) this.join()
    const message: Message = {
      ...{ kind: 'message', connection: this.#connection, index: this.#story.length, id: `m${this.#story.length}` },
      ...{ at: this.now, time: { ms: this.now, ns: 0 }, live: false, says, stream: 'stderr', text: '' },
    }
    this.#story.push(message)
    this.take(message, true)
  }

  /** The stream is opened, and brings its messages again. */
  join(): void {
    if (this.#isOpen) return
    this.#isOpen = true
    this.#connection += 1
    const { now: at } = this
    const connection = this.#connection
    this.take({ kind: 'opened', at, connection })
    for (const message of this.#story) this.take({ ...message, at, connection })
    if (this.#story.length > 0) this.take({ kind: 'replayed', at, connection })
  }

  cut(): void {
    if (this.#isOpen) this.take({ kind: 'closed', at: this.now, connection: this.#connection })
    this.#isOpen = false
  }

  setLink(of: 'backend' | 'docker', link: LinkState): void {
    const before = of === 'backend' ? this.#backend : this.#docker
    if (before.link === link) return
    if (of === 'backend') this.#backend = { link, since: this.now }
    else this.#docker = { ...this.#docker, link, since: this.now, lists: link === 'live' ? [this.now] : [] }
  }

  /** Docker shows a container that may also be another run's. */
  mayHave(container: ContainerFacts): void {
    this.#undecided = [...this.#undecided.filter(({ id }) => id !== container.id), container]
  }

  /** The dashboard restarts: Docker lists the containers again, and when a container was seen to end is not known any more. */
  restart(): void {
    this.#run = new CheckedRun()
    for (const observation of this.#kept) this.#run.observe(observation)
    const lastAt = Math.max(T0, ...this.#kept.map(({ at }) => at))
    if (this.#isOpen) this.take({ kind: 'closed', at: lastAt, connection: this.#connection })
    this.#isOpen = false
    this.#backend = { link: 'stale', since: this.now }
    this.#docker = { ...this.#docker, link: 'stale', since: this.now, lists: [] }
    this.#undecided = this.#undecided.map(facts => (hasEnded(facts) ? { ...facts, seenEndedAt: this.now } : facts))
  }

  /** Derives the run as the dashboard does, and stores the observations that only this moment gives. */
  look(): Derived {
    const undecided = this.#undecided.map(container => ({ batchId: 'b', container }))
    const derived = this.#run.derive(this.now, { backend: this.#backend, docker: this.#docker, undecided })
    if (derived.bySilence) this.take({ kind: 'silent', at: this.now })
    if (derived.byHistory) this.take({ kind: 'awaited', at: this.now })
    if (derived.stirred) this.take({ kind: 'stirred', at: this.now })
    return derived
  }

  /** Time passes; the dashboard derives the run at each deadline. */
  wait(ms: number): void {
    const until = this.now + ms
    for (let due = this.look().deadline; due !== null && due <= until; due = this.look().deadline) {
      this.now = Math.max(due, this.now + 1)
    }
    this.now = until
  }

  /** The run's end, or null. */
  get end(): object | null {
    const { status, endedAt, error, inferred } = this.look().view
    return isOver(status) ? { status, endedAt, error, inferred } : null
  }
}

type Step = (run: FollowedRun) => void

/** Events without a message of the backend and without a change in Docker. */
const disturbances: fc.Arbitrary<Step> = fc.oneof(
  fc.constantFrom<Step>(
    run => run.cut(),
    run => run.join(),
    run => run.restart(),
    run => {
      run.cut()
      run.join()
    },
  ),
  fc
    .tuple(
      fc.constantFrom('backend' as const, 'docker' as const),
      fc.constantFrom<LinkState>('live', 'live', 'stale', 'down'),
    )
    .map(
      ([of, link]) =>
        (run: FollowedRun) =>
          run.setLink(of, link),
    ),
  fc.constantFrom(1, 4, 6, 14, 16, 31, 59, 61, 125).map(seconds => (run: FollowedRun) => {
    for (let n = 0; n < seconds; n += 1) {
      run.now += SECOND
      run.look()
    }
  }),
)

const batches = fc.array(
  fc.record({ id: fc.constantFrom('a', 'b'), status: fc.constantFrom('pending', 'running', 'completed', 'failed') }),
  { minLength: 1, maxLength: 2 },
)
const entries = (statuses: fc.Arbitrary<string>): fc.Arbitrary<Step> =>
  fc.tuple(batches, statuses).map(([told, status]) => (run: FollowedRun) => {
    const isEnded = status !== 'running' && status !== 'pending'
    const entry: HistoryReading = {
      ...{ kind: 'history', at: run.now, id: 'h', status, dryRun: false, startedAt: T0 },
      ...{ endedAt: isEnded ? run.now : null, error: null },
      batches: told.map(batch => ({ ...batch, name: null, startedAt: null, endedAt: null, branch: null, error: null })),
    }
    run.take(entry)
  })
const plans: fc.Arbitrary<Step> = fc.tuple(fc.boolean(), fc.boolean()).map(([running, shared]) => run => {
  const none = { name: null, dependsOn: [], completed: false, branch: null }
  run.take({ kind: 'plan', at: run.now, spec: '001-todo', shared, batches: [{ ...none, id: 'b', running }] })
})
const agents: fc.Arbitrary<Step> = fc
  .tuple(fc.constantFrom('c1', 'c2'), fc.boolean(), fc.boolean())
  .map(([id, isAtWork, isUndecided]) => run => {
    const ended = isAtWork ? {} : { exitCode: 0, finishedAt: run.now, seenEndedAt: run.now }
    const container = agent(id, { tree: 'b-1a2b3c', ...ended })
    run.setLink('docker', 'live')
    if (isUndecided) run.mayHave(container)
    else run.take({ kind: 'container', at: run.now, batch: { id: 'b', by: 'tree' }, container })
  })
const words: fc.Arbitrary<Step> = fc
  .constantFrom(
    ...[START, RUNNING, RUNNING, status('a', 'running'), status('a', 'running'), status('a', 'completed'), LINE, LINE],
    ...[REMARK, failed('x'), failed('x'), failed('Merge failed'), batchError('y'), COMPLETED, FAILED],
    ...[{ kind: 'merging', branch: 'b' } as const],
  )
  .map(says => run => run.say(says))
/** Stops that were sent from here, which explain an abort. For any other abort the replay decides, which is a new fact. */
const stops = fc.boolean().map(isAnswered => (run: FollowedRun) => {
  if (run.end !== null) return
  run.take({ kind: 'stop', at: run.now })
  if (isAnswered) run.say(ABORT)
})

function endsStand(facts: fc.Arbitrary<Step>, begin: Step): void {
  const steps = fc.array(
    fc.oneof(
      { weight: 2, arbitrary: facts.map(step => ({ step, isFact: true })) },
      { weight: 3, arbitrary: disturbances.map(step => ({ step, isFact: false })) },
    ),
    { minLength: 2, maxLength: 30 },
  )
  let ended = 0
  fc.assert(
    fc.property(steps, all => {
      const run = new FollowedRun()
      begin(run)
      let before = run.end
      for (const { step, isFact } of all) {
        run.now += 10
        step(run)
        const after = run.end
        if (before !== null && !isFact) {
          expect(after).toEqual(before)
          ended += 1
        }
        before = after
      }
    }),
    { numRuns: RUNS },
  )
  // The test would prove little if few of these runs had ended before they were disturbed.
  expect(ended).toBeGreaterThan(RUNS / 2)
}

describe('a run that is over', { timeout: 300_000 }, () => {
  it('[RUN-13.1] [RUN-13.2] stays so whatever becomes of the links, where the history alone tells of it', () => {
    endsStand(
      fc.oneof(entries(fc.constantFrom('running', 'running', 'pending', 'failed', 'completed')), plans, agents),
      run =>
        run.take({
          ...{ kind: 'history', at: run.now, id: 'h', status: 'running', dryRun: false, startedAt: T0, endedAt: null },
          ...{ error: null, batches: [] },
        }),
    )
  })

  it('[RUN-4.1] [RUN-4.15] [RUN-8] stays so whatever becomes of the links, where its stream is followed', () => {
    const history = entries(fc.constantFrom('running', 'failed', 'completed', 'aborted'))
    endsStand(
      fc.oneof({ weight: 4, arbitrary: words }, { weight: 1, arbitrary: stops }, { weight: 1, arbitrary: history }),
      run => {
        for (const says of [START, RUNNING, status('a', 'running')]) run.say(says)
      },
    )
  })
})
