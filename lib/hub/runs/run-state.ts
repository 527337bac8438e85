import type { HistoryEntry } from '../../backend/http'
import { serverNow } from '../../clock/clock'
import type { Links } from '../../run/evidence'
import { RunClock } from '../../run/clock-steps'
import type { ContainerFacts } from '../../run/container-facts'
import { creationIn, entryIn } from '../../run/durations'
import { fold } from '../../run/fold'
import { guarded } from '../../run/guarded'
import { emptyRun, type Evidence, type Run } from '../../run/run'
import { isOver, type Batch, type Finding, type RunFields } from '../../run/model'
import { isUndated, offsetOf } from '../../run/our-clock'
import { maskedObservation } from '../../run/masked-observation'
import type { Message, Observation, PlanReading } from '../../run/observation'
import { SecretMask } from '../../run/secrets'
import { iso, offsetThatCounts } from '../../run/time'
import { derive, type Derived } from '../../run/view'
import { type Entry, gapFinding } from '../recording'
import { type LogBudget, LogBuffer, RUN_LOG } from '../logs'
import type { RunPages } from './run-pages'

/** What a run's state asks of the hub, and tells it. */
export interface StateHost {
  /** The backend's URL without credentials. */
  readonly backend: string
  readonly logs: LogBudget
  readonly pages: Pick<RunPages, 'changed' | 'logChanged' | 'replaced'>
  /** How fresh the sources of this run are, as of now. */
  links(state: RunState): Links
  /** Its state was derived anew, and pages were told. */
  updated(state: RunState, derived: Derived): void
  /** A message came that was not known before. `lag` as in `HubMeter`. */
  heard(message: Message, lag: number | null): void
  /** To be recorded before it is shown; `urgent`: it is about to be [REC-3]. */
  record(state: RunState, entry: Entry, urgent: boolean): void
  /** A step went wrong by a fault of our own; it goes on with the next. */
  failed(state: RunState, error: unknown): void
}

/** Changes that follow an update within so many ms are derived together: a replay may bring thousands of them at once. */
const GATHER_FOR = 20
const HEARD_EVERY = 1_000
/** What a run costs in memory beside its log, about, in bytes. */
const RUN_COST = 8_192
const CLAIM_COST = 512

/**
 * What is known of one run, wherever it comes from: its observations folded, its log, and what both come to. Observations and
 * the passing of time change that in `update` alone; to read it changes nothing.
 */
export class RunState {
  readonly log: LogBuffer
  readonly #run: Run = emptyRun()
  readonly #secrets = new SecretMask()
  /** The state as of the last update, and the links that it was derived with. */
  #derived: { value: Derived; links: Links }
  /** Something was folded since then. */
  #isDirty = false
  /** The execution that pages know, see `incarnation`. */
  #toldIncarnation = this.#run.incarnation
  #shown: { key: unknown[]; view: { fields: RunFields; batches: Batch[] } } | null = null
  /** Runs while changes gather after an update. */
  #gathering: NodeJS.Timeout | null = null
  /** To the moment when the passing of time alone changes the state. */
  #deadline: NodeJS.Timeout | null = null
  #heardAt: number | null = null
  #closed = false
  #incomplete: Finding | null = null
  /** The last reading of the plan as JSON, where it lacks batches of the one before: it may be half of the file. */
  #doubtedPlan: string | null = null

  readonly #host: StateHost
  readonly #specHint: string | null

  /** @param since since when it is known here, ms */
  constructor(
    readonly runId: string,
    host: StateHost,
    specHint: string | null,
    readonly since = serverNow(),
  ) {
    this.#host = host
    this.#specHint = specHint

    this.log = new LogBuffer(RUN_LOG, host.logs)
    const links = host.links(this)
    this.#derived = { value: derive(this.#run, since, links), links }
  }

  /** Takes one observation in, without its secrets [SAFE-4]. `fresh`: its line is not in the log yet. */
  observe(observation: Observation, fresh = false): void {
    this.#guard(() => this.#take(maskedObservation(observation, this.#secrets), fresh))
  }

  #take(observation: Observation, fresh: boolean): void {
    const { incarnation } = this.#run
    let isHeardAgain = false
    const changed = fold(this.#run, observation)
    if (changed || fresh) this.#host.record(this, { kind: 'observed', fresh, observation }, changed)
    this.#isDirty ||= changed
    if (this.#run.incarnation !== incarnation) {
      this.log.clear()
      // At once: the state that is shown is another execution's.
      this.update()
    }
    if (observation.kind === 'message') {
      if (fresh) {
        this.#keepLine(observation.time.ms, observation.stream, observation.text)
        this.#host.heard(observation, this.#lagOf(observation))
      }
      isHeardAgain = this.#isHeardAgain(observation.at)
    }
    if (changed) this.#updateOrGather()
    else if (isHeardAgain) this.#host.pages.changed(this)
  }

  #keep(observation: Observation): void {
    fold(this.#run, observation)
    this.#host.record(this, { kind: 'observed', fresh: false, observation }, true)
  }

  /**
   * Takes in a plan that was read. The backend writes its file in place: a reading that lacks batches of the last one may be
   * half of it, until it is read a second time [RUN-8.15].
   */
  observePlan(plan: Omit<PlanReading, 'kind' | 'at'>): void {
    const known = this.#run.plan?.spec === plan.spec ? this.#run.plan.batches : []
    const named = new Set(plan.batches.map(({ id }) => id))
    const text = known.every(({ id }) => named.has(id)) ? null : JSON.stringify(plan.batches)
    const isDoubtful = text !== null && text !== this.#doubtedPlan
    this.#doubtedPlan = text
    if (!isDoubtful) this.observe({ kind: 'plan', at: serverNow(), ...plan })
  }

  /** An answer of the backend told how far its clock is behind ours, ms; it counts where nothing has told that yet [RUN-7.2]. */
  dateBy(offset: number): void {
    if (isUndated(this.#run)) this.observe({ kind: 'dated', at: serverNow(), offset })
  }

  /**
   * Takes in what was recorded before a restart, without telling or recording it again [REC-7]. What it comes to, the next update
   * says.
   */
  restore(observation: Observation, fresh: boolean): void {
    const { incarnation } = this.#run
    fold(this.#run, observation)
    this.#isDirty = true
    if (this.#run.incarnation !== incarnation) this.log.clear()
    this.#toldIncarnation = this.#run.incarnation
    if (observation.kind !== 'message') return
    if (fresh) this.#appendLine(observation.time.ms, observation.stream, observation.text)
    this.#heardAt = observation.at
  }

  /** A word of our own that was recorded before a restart. */
  restoreNote(at: number, text: string): void {
    this.#appendLine(at, 'system', text)
  }

  /** Its recording has a hole: some of what happened then may be missing. @param from ms @param to ms, null: it is open */
  restoreGap(from: number, to: number | null): void {
    this.#incomplete = gapFinding(from, to)
  }

  /** The link to the backend or to Docker may be another than before: the state is derived anew within some ms. */
  linksChanged(): void {
    this.#gather()
  }

  /**
   * Derives the state as of now, where anything was folded, the links are others, or the deadline has passed. Records what only
   * the passing of time has told, arms the next deadline, and tells the hub, once. A fault in it is reported to the hub.
   */
  update(): void {
    if (!this.#closed) this.#guard(() => this.#deriveAnew())
  }

  #deriveAnew(): void {
    const now = serverNow()
    const links = this.#host.links(this)
    const { value: before, links: linksBefore } = this.#derived
    if (!this.#isDirty && !isDue(before, now) && isSame(linksBefore, links, before)) return
    const value = derive(this.#run, now, links)
    this.#isDirty = false
    this.#derived = { value, links }
    if (this.#run.incarnation !== this.#toldIncarnation) {
      this.#toldIncarnation = this.#run.incarnation
      this.#host.pages.replaced(this)
    }
    // After a restart it is to be known, too [REC-3].
    if (value.bySilence) this.#keep({ kind: 'silent', at: now })
    if (value.byHistory) this.#keep({ kind: 'awaited', at: now })
    if (value.stirred) this.#keep({ kind: 'stirred', at: now })
    this.#wakeAt(value.deadline, now)
    this.#host.pages.changed(this)
    this.#host.updated(this, value)
  }

  /** The state as of the last update, which is some ms ago at most. */
  get current(): Derived {
    return this.#derived.value
  }

  /** What pages see of it. The very same object until something in it is another. */
  view(): { fields: RunFields; batches: Batch[] } {
    const { value, links } = this.#derived
    const { backend, docker } = links
    const { batches, ...rest } = value.view
    const key = [batches, this.#heardAt, backend.link, backend.since, docker.link, docker.since, this.spec]
    if (this.#shown && key.every((part, index) => part === this.#shown?.key[index])) return this.#shown.view
    const view = {
      batches,
      fields: {
        ...rest,
        findings: this.#incomplete ? [this.#incomplete, ...rest.findings] : rest.findings,
        spec: this.spec,
        runId: this.runId,
        backend: this.#host.backend,
        link: { backend: backend.link, docker: docker.link },
        linkSince: iso(backend.since),
        dockerSince: docker.link === 'off' ? null : iso(docker.since),
        heardAt: iso(this.#heardAt),
        imported: null,
      },
    }
    this.#shown = { key, view }
    return view
  }

  get spec(): string | null {
    return this.#run.spec ?? this.#specHint
  }

  get isOver(): boolean {
    return isOver(this.current.view.status)
  }

  get isStopping(): boolean {
    return this.#run.stopAt !== null
  }

  /** A plan of its spec was read. */
  get hasPlan(): boolean {
    return this.#run.plan !== null
  }

  /** The plan that was read may hold another run's work [RUN-8]. */
  get hasSharedPlan(): boolean {
    return this.#run.plan?.shared === true
  }

  /** The backend does not know this run, and nothing was ever heard of it. Who accepts a start or a stop knows it. */
  get neverExisted(): boolean {
    return this.#run.unknown !== null && !this.wasHeardOf
  }

  /** Any message of it came, or a start or a stop of it was accepted. */
  get wasHeardOf(): boolean {
    const { first, accepted, stopAt } = this.#run
    return first !== null || accepted !== null || stopAt !== null
  }

  /** Known from the history alone, it has failed because nothing changed any more [RUN-13.1]. */
  get isGivenUp(): boolean {
    return this.#run.quietAt !== null
  }

  /** It was found in the history as the resume of a followed run that is over [RUN-13.6]. */
  get isResume(): boolean {
    return this.#run.history?.resumes === true
  }

  /** Since when it is known that the backend does not know the run, ms; null: it does, or was not asked. */
  get unknownSince(): number | null {
    return this.#run.unknown?.at ?? null
  }

  /** Counts executions under the same id [RUN-14]. */
  get incarnation(): number {
    return this.#run.incarnation
  }

  /** When a container was created, by the clock of this run's times; null where those are as they came. */
  get creation(): ((container: ContainerFacts) => number) | null {
    return creationIn(this.#run)
  }

  /** By how much the clock of its times may differ from that of another run's, as both are the backend's, ms. */
  get clockSpread(): number {
    return new RunClock(this.#run.clockSteps).spread
  }

  /** An entry of the history that was just read, by the clock of this run's times. */
  onItsClock(entry: HistoryEntry): HistoryEntry {
    return entryIn(this.#run, { kind: 'history', at: serverNow(), ...entry })
  }

  /** What Docker showed of it. */
  get evidence(): Evidence[] {
    return [...this.#run.evidence.values()]
  }

  /** What it takes of memory, about, in bytes. */
  get bytes(): number {
    const { claims, unverifiedClaims, evidence } = this.#run
    return RUN_COST + (claims.size + unverifiedClaims.size + evidence.size) * CLAIM_COST + this.log.bytes
  }

  /** A word of our own in the run's log. */
  note(text: string): void {
    const at = serverNow()
    this.#host.record(this, { kind: 'note', at, text }, false)
    this.#keepLine(at, 'system', text)
  }

  /** Nothing is told or derived by itself any more; its log is given back. */
  close(): void {
    this.#closed = true
    for (const timer of [this.#gathering, this.#deadline]) if (timer) clearTimeout(timer)
    this.log.release()
  }

  /** The first change is derived at once, those that follow within some ms are together. */
  #updateOrGather(): void {
    if (this.#gathering) return
    this.#gather()
    this.update()
  }

  #gather(): void {
    if (this.#closed) return
    this.#gathering ??= setTimeout(() => {
      this.#gathering = null
      this.update()
    }, GATHER_FOR)
  }

  /** Wakes when the passing of time alone changes the state. */
  #wakeAt(due: number | null, now: number): void {
    if (this.#deadline) clearTimeout(this.#deadline)
    this.#deadline = due === null ? null : setTimeout(() => this.update(), Math.max(0, due - now) + 1)
  }

  /** Notes when a message came, but no more often than pages need; returns whether it did so. */
  #isHeardAgain(at: number): boolean {
    if (this.#heardAt !== null && at - this.#heardAt < HEARD_EVERY) return false
    this.#heardAt = at
    return true
  }

  /** How long a message was under way, ms; the clocks of a replay's are no measure of it. */
  #lagOf({ live, at, time, index }: Message): number | null {
    if (!live) return null
    const stamped = time.ms + new RunClock(this.#run.clockSteps).correctionAt(index)
    return Math.max(0, at - stamped - offsetThatCounts(offsetOf(this.#run)))
  }

  #keepLine(at: number, stream: 'stdout' | 'stderr' | 'system', text: string): void {
    this.#appendLine(at, stream, text)
    this.#host.pages.logChanged(this)
  }

  #appendLine(at: number, stream: 'stdout' | 'stderr' | 'system', text: string): void {
    this.log.append({ at: iso(at), source: 'backend', stream, text })
  }

  #guard(step: () => void): void {
    guarded(step, error => this.#host.failed(this, error))
  }
}

const isDue = ({ deadline }: Derived, now: number) => deadline !== null && deadline <= now

/** Whether both have the same to say of a run: of one that is over, new lists of containers tell nothing. */
function isSame(a: Links, b: Links, { view }: Derived): boolean {
  return (
    a.backend.link === b.backend.link &&
    a.backend.since === b.backend.since &&
    a.docker.link === b.docker.link &&
    a.docker.since === b.docker.since &&
    a.docker.imageMissing === b.docker.imageMissing &&
    a.undecided === b.undecided &&
    (a.docker.lists[0] === b.docker.lists[0] || isOver(view.status))
  )
}
