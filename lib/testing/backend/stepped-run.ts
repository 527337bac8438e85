import { CLOCK_TOLERANCE } from '../../run/time/clock-steps'
import type { Observation } from '../../run/observation'
import { shiftedObservation } from '../../run/time/our-clock'
import type { Run } from '../../run/run'
import { elapsed, offsetThatCounts } from '../../run/time/time'
import type { RunView } from '../../run/view'
import { Replay } from '../../backend/replay'
import { CheckedRun } from '../run/checked-run'

/** For tests: a run during which the clocks of the backend and of the dashboard are set. */

export const T0 = Date.parse('2026-01-15T14:00:00Z')

/** The next event of the run, after this many ms. */
export type Act =
  | { kind: 'start' | 'end' }
  | { kind: 'begin' | 'complete'; batch: string }
  | { kind: 'line' }
  /** A clock is set by this many ms: the backend's; that of the dashboard's machine; that of the one machine that runs both. */
  | { kind: 'set' | 'set-ours' | 'set-both'; by: number }
  /** All later messages of the backend arrive this much later, but in order, ms. */
  | { kind: 'delay'; by: number }
  /** An event of the dashboard's connection or process. */
  | { kind: 'join' | 'cut' | 'restart' }

export interface Moment {
  after: number
  act: Act
}

export class SteppedRun {
  now = T0
  #checked = new CheckedRun()
  /** When things happened, ms, on a clock that was never set. */
  startedAt: number | null = null
  endedAt: number | null = null
  readonly begun = new Map<string, number>()
  readonly completed = new Map<string, number>()
  joinedAt = 0
  /** A live message has shown how the clocks differ, or no fault has happened yet since the first connection was opened. */
  isDated = true
  /** A message has a stamp that is clearly earlier than the stamp before it. */
  goesBack = false
  #stamp = -Infinity
  #replay = new Replay()
  #recorded: Observation[] = []
  /**
   * The clock of receipt times relative to `now`, and how far the clock of the dashboard's machine is ahead of it, ms [RUN-16.13].
   */
  #frame = 0
  #wallAhead = 0
  readonly #told: string[] = []
  #joined = false
  #serial = 0
  #delay = 0
  #heardAt = 0
  #isSet = false
  /** Messages in transit, and the time at which each arrives, ms. */
  #underWay: { text: string; due: number }[] = []

  #ahead: number
  readonly #digits: number

  /**
   * @param ahead how far the backend's clock is ahead at first, ms
   * @param batches ids of the plan
   * @param digits how many digits the fractions of the stamps have: 9 or 0
   */
  constructor(ahead: number, batches: readonly string[], digits: number) {
    this.#ahead = ahead
    this.#digits = digits

    const plan = batches.map(id => ({ id, name: id, dependsOn: [], completed: false, running: false, branch: null }))
    this.#take({ kind: 'plan', at: this.ours, spec: '001-todo', batches: plan, shared: false })
  }

  /** The dashboard sends the start; the backend's first message follows. */
  accepted(): this {
    this.#take({ kind: 'accepted', at: this.ours, sent: this.ours, spec: '001-todo', dryRun: false })
    this.#replay.started(this.ours)
    return this
  }

  pass(ms: number): this {
    // Like the stream, it checks repeatedly whether a replay is over.
    for (let left = ms; left > 0; left -= 100) {
      this.#arrive(this.now + Math.min(100, left))
      const settled = this.#joined && (ms < 20_000 || left > ms - 10_000) ? this.#replay.settle(this.ours) : null
      if (settled) this.#take(settled)
    }
    return this
  }

  do(act: Act): this {
    switch (act.kind) {
      case 'start':
        this.startedAt = this.now
        return this.#say({ type: 'start', message: 'Starting execution for spec: 001-todo' }).#say({
          type: 'status',
          message: '',
          status: 'running',
        })
      case 'end':
        this.endedAt = this.now
        return this.#say({ type: 'status', message: '', status: 'completed' })
      case 'begin':
        this.begun.set(act.batch, this.now)
        return this.#say({ type: 'batch_start', message: `Spawning batch: ${act.batch}` }).#say({
          ...{ type: 'batch_status', message: '', batch_id: act.batch, batch_name: act.batch, status: 'running' },
        })
      case 'complete': {
        this.completed.set(act.batch, this.now)
        const branch = `worktree/main/ckrv-batch-${act.batch}-1a2b3c`
        return this.#say({ type: 'batch_complete', message: `Batch ${act.batch} completed on branch ${branch}` }).#say({
          ...{ type: 'batch_status', message: '', batch_id: act.batch, batch_name: act.batch, status: 'completed' },
          branch,
        })
      }
      case 'line':
        return this.#say({ type: 'log', message: `line ${String(this.#serial)}` })
      case 'set':
        this.#ahead += act.by
        this.#isSet = true
        return this
      case 'set-ours':
        return this.#setOurs(act.by)
      case 'set-both':
        return this.do({ kind: 'set', by: act.by }).#setOurs(act.by)
      case 'delay':
        this.#delay = act.by
        return this
      case 'join':
        if (this.#joined) return this
        this.#joined = true
        this.joinedAt = this.now
        this.#take(this.#replay.open(this.ours))
        this.#date()
        for (const text of this.#told) this.#hear(text)
        return this
      case 'cut':
        if (this.#joined) this.#take(this.#replay.close(this.ours))
        this.#joined = this.isDated = false
        this.#underWay = []
        return this
      case 'restart':
        return this.#restart()
    }
  }

  get isJoined(): boolean {
    return this.#joined
  }

  get run(): Run {
    return this.#checked.run
  }

  get view(): RunView {
    return this.#checked.derive(this.ours).view
  }

  /** The value of the run's timer, ms. */
  get shown(): number {
    return elapsed(this.view, this.ours)
  }

  /** The time of the clock that pages follow, ms. */
  get ours(): number {
    return this.now + this.#frame
  }

  /** Compares the clocks as the hub does: by the `Date` of the backend's answers, which has whole seconds. */
  #date(): void {
    const second = Math.floor((this.now + this.#ahead) / 1_000) * 1_000
    this.#take({ kind: 'dated', at: this.ours, offset: offsetThatCounts(this.ours - second) })
  }

  #setOurs(by: number): this {
    this.#wallAhead += by
    this.#replay.ourClock(this.#wallAhead)
    this.#take({ kind: 'our-clock', at: this.ours, by, ahead: this.#wallAhead })
    return this
  }

  /** A new process of the dashboard reads the recordings of the old one, with the machine's current clock. */
  #restart(): this {
    this.#joined = this.isDated = false
    this.#underWay = []
    this.#checked = new CheckedRun()
    this.#replay = new Replay()
    if (this.#wallAhead !== 0) {
      const earlier = this.#recorded.map(observation => shiftedObservation(observation, this.#wallAhead))
      this.#frame += this.#wallAhead
      const stood: Observation = { kind: 'our-clock', at: T0, by: 0, ahead: -this.#wallAhead }
      this.#recorded = [stood, ...earlier, { ...stood, at: this.ours, ahead: 0 }]
      this.#wallAhead = 0
    }
    for (const observation of this.#recorded) {
      this.#replay.learn(observation)
      this.#checked.observe(observation)
    }
    return this
  }

  #say(fields: object): this {
    this.#serial += 1
    const stamp = this.now + this.#ahead
    this.goesBack ||= this.#stamp - stamp > CLOCK_TOLERANCE + 1_000
    this.#stamp = stamp
    const at = new Date(stamp).toISOString()
    const fraction =
      this.#digits === 0 ? '' : `.${at.slice(20, 23)}${String(this.#serial % 1_000_000).padStart(6, '0')}`
    const text = JSON.stringify({ ...fields, timestamp: `${at.slice(0, 19)}${fraction}+00:00` })
    this.#told.push(text)
    const isSet = this.#isSet
    this.#isSet = false
    if (!this.#joined) return this
    // A stamp of whole seconds is up to a second older than its message, so it is less precise.
    const coarse = this.#digits === 0 ? 1_000 : 0
    this.isDated ||= !isSet && this.now - this.joinedAt > 1_000 + coarse && this.now - this.#heardAt > 500 + coarse
    this.#underWay.push({ text, due: Math.max(this.now + this.#delay, this.#underWay.at(-1)?.due ?? 0) })
    this.#arrive(this.now)
    return this
  }

  /** Lets time pass until then, ms, and delivers the messages that arrive in between. */
  #arrive(until: number): void {
    for (let next = this.#underWay[0]; next && next.due <= until; next = this.#underWay[0]) {
      this.#underWay.shift()
      this.now = Math.max(this.now, next.due)
      this.#hear(next.text)
    }
    this.now = until
  }

  #hear(text: string): void {
    this.#heardAt = this.now
    const received = this.#replay.receive(text, this.ours)
    if (received.kind === 'observed') this.#take(received.observation, received.fresh)
  }

  /** Like the hub, it records an observation that is fresh or that changed something. */
  #take(observation: Observation, fresh = false): void {
    if (this.#checked.observe(observation) || fresh) this.#recorded.push(observation)
  }
}
