import { amount, CLOCK_TOLERANCE, RunClock } from './clock-steps'
import type { ContainerFacts } from '../evidence/container-facts'
import { noted } from '../findings'
import type { Finding } from '../model'
import type { ClockStep, HistoryReading } from '../observation'
import { isUnsureByOurClock, offsetOf } from './our-clock'
import type { StoredMessage, Run } from '../run'
import { iso, type Instant } from './time'

/**
 * The run with all times on one clock, if the backend's was set meanwhile [RUN-16]: those of the history, of the last message,
 * and of containers. The function `inOrder` corrects the times of the kept messages.
 */
export function onOneClock(run: Run): Run {
  const clock = new RunClock(run.clockSteps)
  if (clock.isSteady) return run
  const { history, last, evidence, clockOffset } = run
  return {
    ...run,
    history: history && clock.correctedEntry(history, clockOffset),
    last: last && { ...last, time: clock.corrected(last) },
    evidence: new Map(
      [...evidence].map(([id, known]) => {
        const container = clock.correctedContainer(known.container, offsetOf(run))
        return [id, { ...known, container }]
      }),
    ),
  }
}

/** A history entry with its times on the clock of the run's times [RUN-16.9]. */
export const entryIn = (run: Run, entry: HistoryReading): HistoryReading =>
  new RunClock(run.clockSteps).correctedEntry(entry, run.clockOffset)

/** Reads when a container was created, by the clock of the run's times; null if the backend's clock was never set [DOCK-4]. */
export function creationIn(run: Run): ((container: ContainerFacts) => number) | null {
  const clock = new RunClock(run.clockSteps)
  return clock.isSteady ? null : container => clock.correctedContainer(container, offsetOf(run)).createdAt
}

/** Finds which durations are uncertain [RUN-16]. */
export class Durations {
  readonly #clock: RunClock
  readonly #places: Map<Instant, number>

  readonly #run: Run
  readonly #least: Instant | null

  /**
   * @param messages as `inOrder` returned them: a time object identifies its message
   * @param least an end that is only a lower bound
   */
  constructor(run: Run, messages: readonly StoredMessage[], least: Instant | null) {
    this.#run = run
    this.#least = least

    this.#clock = new RunClock(run.clockSteps)
    this.#places = new Map(this.#clock.isSteady ? [] : messages.map(({ time, index }) => [time, index]))
  }

  /** Whether every open duration is uncertain, because the difference of both clocks is not known. */
  get areOpenUnsure(): boolean {
    return this.#run.clockOffset === null && offsetOf(this.#run) !== 0
  }

  /** The mark of a duration with this start and end; `end` null: it goes on. */
  of(start: Instant | null, end: Instant | null): { durationUncertain?: true } {
    if (start === null) return {}
    if (end !== null && end === this.#least) return { durationUncertain: true }
    // No duration is negative, so the clock was set back without a sign.
    const isBackwards = end !== null && start.ms - end.ms > CLOCK_TOLERANCE
    return isBackwards || this.#isUnsure(start, end) ? { durationUncertain: true } : {}
  }

  #isUnsure(start: Instant, end: Instant | null): boolean {
    const from = this.#places.get(start) ?? -1
    const to = end === null ? Infinity : (this.#places.get(end) ?? Infinity)
    if (isUnsureByOurClock(this.#run, this.#clock, { start, end, from, to })) return true
    if (this.#clock.isSteady) return false
    if (end !== null) return this.#clock.isUnsure(from, to)
    // An open duration is measured by our clock, with the difference of both clocks from where that was first known.
    const { clockOffsetFrom: offsetFrom } = this.#run
    if (offsetFrom === null) return this.#clock.isUnsure(from, from) || this.#clock.isUnsure(-1, Infinity)
    return this.#clock.isUnsure(Math.min(from, offsetFrom), Math.max(from, offsetFrom))
  }
}

const MAX_TOLD = 5

/** Each step of the backend's clock, as a finding; there is none if messages may only have been delayed. */
export function clockFindings(run: Run): Finding[] {
  const clock = new RunClock(run.clockSteps)
  return clock.inOrder
    .filter(({ correction }) => correction !== 0)
    .slice(0, MAX_TOLD)
    .map(step => ({ ...noted('clock-set', sentenceOf(step)), at: iso(step.stamp + clock.correctionAt(step.from)) }))
}

function sentenceOf({ correction, basis }: ClockStep): string {
  const set = `The backend’s clock was set ${correction > 0 ? 'back' : 'forward'}, by`
  if (basis === 'measured') return `${set} ${amount(correction)}. Later times of this run are corrected by that.`
  const size = basis === 'order' ? `${amount(correction)} or more` : `about ${amount(correction)}`
  return `${set} ${size}: no receipt time tells how much. Durations across that moment are marked as uncertain.`
}
