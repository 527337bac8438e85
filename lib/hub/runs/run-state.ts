import type { HistoryEntry } from '../../backend/http'
import { serverNow } from '../../clock/clock'
import { LastKnownAlarms } from '../../run/evidence/last-known'
import { linkFields, type Links } from '../../run/links'
import { RunClock } from '../../run/time/clock-steps'
import type { ContainerFacts } from '../../run/evidence/container-facts'
import { creationIn, entryIn } from '../../run/time/durations'
import { fold, type Change } from '../../run/fold'
import { guarded } from '../../run/guarded'
import { emptyRun, type Evidence, type Run } from '../../run/run'
import { isOver } from '../../run/is-over'
import type { Batch, Finding, RunFields } from '../../run/model'
import { isUndated, offsetOf } from '../../run/time/our-clock'
import { maskedObservation } from '../../run/text/masked-observation'
import type { Message, Noted, Observation, PlanReading } from '../../run/observation'
import { SecretMask } from '../../run/text/secrets'
import { iso, offsetThatCounts } from '../../run/time/time'
import { Derivation, earliest, type Derived } from '../../run/view'
import { type Entry, gapFinding } from '../recording'
import { appendLine, foldAndLog, type LogBudget, LogBuffer, MergedLog, RUN_LOG } from '../logs'
import { LastWord } from './last-word'
import { PlanDoubt } from './plan-doubt'
import type { RunPages } from './run-pages'
import { isSameFreshness, isSameForRun } from './same-links'
import { UpdateTimers } from './update-timers'

/** The part of the hub that a run's state uses and reports to; `Lifecycle` provides it. */
export interface StateHost {
  /** Where the runs come from; the backend's URL without credentials. */
  readonly origin: Pick<RunFields, 'backend' | 'site'>
  readonly logs: LogBudget
  readonly pages: Pick<RunPages, 'changed' | 'logChanged' | 'mergedChanged' | 'mergedRenumbered' | 'replaced'>
  /** How fresh the sources of this run are now. */
  links(state: RunState): Links
  /** The state was derived again, and the pages were notified. */
  updated(state: RunState, derived: Derived): void
  /** A new message was received. `lag` is as in `HubMeter`. */
  heard(message: Message, lag: number | null): void
  /** Records the entry before it is shown. `urgent`: it is shown immediately after [REC-3]. */
  record(state: RunState, entry: Entry, urgent: boolean): void
  /** A step failed by an error of our own. The next step runs as usual. */
  failed(state: RunState, error: unknown): void
}

const HEARD_EVERY = 1_000
/** The approximate memory of a run without its log, bytes. */
const RUN_COST = 8_192
const CLAIM_COST = 512

/**
 * The state of one run: its folded observations, its log, and the state derived from both. Only `update` changes the
 * derived state, from new observations and the passing of time. A read changes nothing.
 */
export class RunState {
  readonly log: LogBuffer
  /** The backend's lines, and those of the batches' containers. */
  readonly merged: MergedLog
  readonly #run: Run = emptyRun()
  readonly #derivation = new Derivation(this.#run)
  readonly #alarms = new LastKnownAlarms()
  readonly #secrets = new SecretMask()
  /** The state as of the last update, and the links that it was derived from. */
  #derived: { value: Derived; links: Links }
  /** Something was folded since the last update. */
  #isDirty = false
  /** The execution that the pages show, see `incarnation`. */
  #toldIncarnation = this.#run.incarnation
  #shown: { key: unknown[]; view: { fields: RunFields; batches: Batch[] } } | null = null
  readonly #timers = new UpdateTimers(() => this.update())
  #heardAt: number | null = null
  readonly #word = new LastWord(() => this.#guard(() => this.#host.pages.changed(this)))
  #closed = false
  #incomplete: Finding | null = null
  readonly #planDoubt = new PlanDoubt()
  /** Something of the run is recorded: links alone begin no recording. */
  #isRecorded = false
  /** The links that were recorded last. */
  #recordedLinks: Links | null = null

  readonly #host: StateHost
  readonly #specHint: string | null

  /** @param since when the run became known here, ms */
  constructor(
    readonly runId: string,
    host: StateHost,
    specHint: string | null,
    readonly since = serverNow(),
  ) {
    this.#host = host
    this.#specHint = specHint

    this.log = new LogBuffer(RUN_LOG, host.logs)
    this.merged = new MergedLog({
      appended: () => host.pages.mergedChanged(runId),
      renumbered: () => host.pages.mergedRenumbered(runId),
    })
    this.merged.add(this.log, null)
    const links = host.links(this)
    this.#derived = { value: this.#derivation.at(since, links), links }
  }

  /** Takes in one observation and masks its secrets [SAFE-4]. `fresh`: its line is not in the log yet. */
  observe(observation: Observation, fresh = false): void {
    this.#guard(() => this.#take(maskedObservation(observation, this.#secrets), fresh))
  }

  #take(observation: Observation, fresh: boolean): void {
    const { change, isNewExecution } = foldAndLog(this.#run, this.log, observation, fresh)
    const hasChanged = change !== null
    if (hasChanged || fresh) this.#host.record(this, { kind: 'observed', fresh, observation }, hasChanged)
    this.#note(change)
    // Immediately: the pages still show the earlier execution.
    if (isNewExecution) {
      this.#word.forget()
      this.update()
    }
    let isShownLater = false
    if (observation.kind === 'message') {
      if (fresh) {
        this.#host.pages.logChanged(this)
        this.#host.heard(observation, this.#lagOf(observation))
        this.#word.note(observation.text)
      }
      isShownLater = this.#noteHeard(observation.at)
    }
    if (hasChanged) this.#timers.updateOrGather()
    else if (isShownLater) this.#host.pages.changed(this)
  }

  #note(change: Change | null): void {
    if (!change) return
    this.#isRecorded = true
    this.#derivation.note(change)
    this.#isDirty = true
  }

  /** Takes in what the derivation itself has shown: it changes nothing in the view. */
  #keep(observation: Observation): void {
    const change = fold(this.#run, observation)
    if (change) this.#derivation.note(change)
    this.#host.record(this, { kind: 'observed', fresh: false, observation }, true)
  }

  /** Takes in a plan that was read, unless it may be half of the file [RUN-8.15]. */
  observePlan(plan: Omit<PlanReading, 'kind' | 'at'>): void {
    const known = this.#run.plan?.spec === plan.spec ? this.#run.plan.batches : []
    if (!this.#planDoubt.isDoubtful(known, plan.batches)) this.observe({ kind: 'plan', at: serverNow(), ...plan })
  }

  /**
   * Takes how far the backend's clock is behind ours, ms, from a backend's answer. It counts only if no other source has
   * shown that yet [RUN-7.2].
   */
  dateBy(offset: number): void {
    if (isUndated(this.#run)) this.observe({ kind: 'dated', at: serverNow(), offset })
  }

  /**
   * Takes in an observation that was recorded before a restart, without publishing or recording it again [REC-7]. The next
   * update derives the state from it.
   */
  restore(observation: Observation, fresh: boolean): void {
    this.#note(foldAndLog(this.#run, this.log, observation, fresh).change)
    this.#toldIncarnation = this.#run.incarnation
    if (observation.kind !== 'message') return
    this.#heardAt = observation.at
    if (fresh) this.#word.note(observation.text)
    this.#word.tell()
  }

  /** Takes in how fresh the sources were when that was last recorded before a restart. */
  restoreLinks(links: Links): void {
    this.#recordedLinks = links
  }

  /** Takes in a note of our own that was recorded before a restart. */
  restoreNote(at: number, text: string): void {
    appendLine(this.log, at, 'system', text)
  }

  /** The recording has a gap: some of what happened in it may be missing. @param from ms @param to ms; null: the gap has no end */
  restoreGap(from: number, to: number | null): void {
    this.#incomplete = gapFinding(from, to)
  }

  /** The link to the backend or to Docker may have changed. The state is derived again within some ms. */
  linksChanged(): void {
    this.#timers.gather()
  }

  /**
   * Derives the state as of now, if anything was folded, the links have changed, or the deadline has passed. It records
   * what only the passing of time has shown, arms the next deadline, and notifies the hub once. An error in it is reported
   * to the hub.
   */
  update(): void {
    if (!this.#closed) this.#guard(() => this.#deriveAnew())
  }

  #deriveAnew(): void {
    const now = serverNow()
    const links = this.#host.links(this)
    const { value: before, links: linksBefore } = this.#derived
    if (!this.#isDirty && !isDue(before, now) && isSameForRun(linksBefore, links, before)) return
    const began = performance.now()
    const value = this.#withLastKnown(this.#derivation.at(now, links), links, now)
    this.#timers.took(performance.now() - began)
    this.#isDirty = false
    this.#derived = { value, links }
    this.#recordLinks(now)
    if (this.#run.incarnation !== this.#toldIncarnation) {
      this.#toldIncarnation = this.#run.incarnation
      this.#guard(() => this.#host.pages.replaced(this))
    }
    // Recorded, because a restart must know it, too [REC-3].
    if (value.bySilence) this.#keep({ kind: 'silent', at: now })
    if (value.byHistory) this.#keep({ kind: 'awaited', at: now })
    if (value.stirred) this.#keep({ kind: 'stirred', at: now })
    this.#timers.wakeAt(value.deadline, now)
    // Its stream must know of the new state, also if telling pages fails.
    this.#guard(() => this.#host.pages.changed(this))
    this.#host.updated(this, value)
  }

  #withLastKnown(value: Derived, links: Links, now: number): Derived {
    const { findings, deadline } = this.#alarms.update(value.view, links, now)
    if (findings === value.view.findings && deadline === null) return value
    return { ...value, view: { ...value.view, findings }, deadline: earliest(value.deadline, deadline) }
  }

  /** Records how fresh the sources are from now on: verdicts of the past rest on that [PAST-1]. Nothing changes them once the run is over. */
  #recordLinks(at: number): void {
    const { links, value } = this.#derived
    const before = this.#recordedLinks
    if (!this.#isRecorded) return
    if (before && (isOver(value.view.status) || isSameFreshness(before, links, value))) return
    this.#recordedLinks = links
    this.#host.record(this, { kind: 'linked', at, links }, false)
  }

  /** The state as of the last update, at most some ms ago. */
  get current(): Derived {
    return this.#derived.value
  }

  /** The run as the pages show it: the same object until something in it changes. */
  view(): { fields: RunFields; batches: Batch[] } {
    const { value, links } = this.#derived
    const { backend, docker } = links
    const { batches, ...rest } = value.view
    const key = [
      value,
      this.#heardAt,
      backend.link,
      backend.since,
      docker.link,
      docker.since,
      this.spec,
      this.#word.told,
    ]
    if (this.#shown && key.every((part, index) => part === this.#shown?.key[index])) return this.#shown.view
    const view = {
      batches,
      fields: {
        ...rest,
        findings: this.#incomplete ? [this.#incomplete, ...rest.findings] : rest.findings,
        spec: this.spec,
        runId: this.runId,
        ...this.#host.origin,
        ...linkFields(links),
        heardAt: iso(this.#heardAt),
        ...(this.#word.told !== '' && !isOver(rest.status) && { lastWord: this.#word.told }),
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

  /** Whether a plan of the run's spec was read. */
  get hasPlan(): boolean {
    return this.#run.plan !== null
  }

  /** Whether the plan that was read may hold another run's work [RUN-8]. */
  get hasSharedPlan(): boolean {
    return this.#run.plan?.shared === true
  }

  /**
   * Whether the backend does not know this run, and nothing was ever received of it. An accepted start or stop proves that
   * the run exists.
   */
  get neverExisted(): boolean {
    return this.#run.unknown !== null && !this.wasHeardOf
  }

  /** Whether any message of the run was received, or a start or a stop of it was accepted. */
  get wasHeardOf(): boolean {
    const { first, accepted, stopAt } = this.#run
    return first !== null || accepted !== null || stopAt !== null
  }

  /** Whether the run is known from the history alone, and has failed because nothing changed any more [RUN-13.1]. */
  get isGivenUp(): boolean {
    return this.#run.quietAt !== null
  }

  /** Whether the history shows this run as the resume of a followed run that is over [RUN-13.6]. */
  get isResume(): boolean {
    return this.#run.history?.resumes === true
  }

  /** Since when it is known that the backend does not know the run, ms. Null: the backend knows it, or was not asked. */
  get unknownSince(): number | null {
    return this.#run.unknown?.at ?? null
  }

  /** The number of executions under the same id [RUN-14]. */
  get incarnation(): number {
    return this.#run.incarnation
  }

  /** Gives the time at which a container was created, by the clock of this run's times. Null if those times were not corrected. */
  get creation(): ((container: ContainerFacts) => number) | null {
    return creationIn(this.#run)
  }

  /** By how much this run's clock and another run's may differ, ms, although both are the backend's. */
  get clockSpread(): number {
    return new RunClock(this.#run.clockSteps).spread
  }

  /** Converts a history entry that was just read to the clock of this run's times. */
  onItsClock(entry: HistoryEntry): HistoryEntry {
    return entryIn(this.#run, { kind: 'history', at: serverNow(), ...entry })
  }

  /** The evidence of Docker for this run. */
  get evidence(): Evidence[] {
    return [...this.#run.evidence.values()]
  }

  /** What operators have left on the run [RUN-18]. */
  get notes(): readonly Noted[] {
    return this.#run.notes
  }

  /** The approximate memory that the run takes, bytes. */
  get bytes(): number {
    const { claims, unverifiedClaims, evidence } = this.#run
    return RUN_COST + (claims.size + unverifiedClaims.size + evidence.size) * CLAIM_COST + this.log.bytes
  }

  /** Writes a note of our own into the run's log. */
  note(text: string): void {
    const at = serverNow()
    this.#host.record(this, { kind: 'note', at, text }, false)
    appendLine(this.log, at, 'system', text)
    this.#host.pages.logChanged(this)
  }

  /** From now on nothing is published or derived by itself. The log returns its share of the budget. */
  close(): void {
    this.#closed = true
    this.#timers.close()
    this.#word.close()
    this.merged.close()
    this.log.release()
  }

  /** Notes when a message was received, at most as often as the pages need. Returns whether it did. */
  #noteHeard(at: number): boolean {
    if (this.#heardAt !== null && at - this.#heardAt < HEARD_EVERY) {
      this.#word.tellLater()
      return false
    }
    this.#heardAt = at
    this.#word.tell()
    return true
  }

  /** How long a message was under way, ms. Null in a replay: its clocks can't measure that. */
  #lagOf({ live, at, time, index }: Message): number | null {
    if (!live) return null
    const stamped = time.ms + new RunClock(this.#run.clockSteps).correctionAt(index)
    return Math.max(0, at - stamped - offsetThatCounts(offsetOf(this.#run)))
  }

  #guard(step: () => void): void {
    guarded(step, error => this.#host.failed(this, error))
  }
}

const isDue = ({ deadline }: Derived, now: number) => deadline !== null && deadline <= now
