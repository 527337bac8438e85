import { CLOCK_TOLERANCE, RunClock } from './clock-steps'
import { noted } from './findings'
import type { Finding } from './model'
import type { ClockStep } from './observation'
import type { Kept, Run } from './run'
import { iso, type Instant } from './time'

/**
 * The run with all times on one clock, where the backend's was set meanwhile [RUN-15]: those of the history, of its last
 * message, and of containers. The times of its kept messages `inOrder` corrects.
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
        const container = clock.correctedContainer(known.container, clockOffset)
        return [id, { ...known, container }]
      }),
    ),
  }
}

/** Says of which durations it is not known how long they were [RUN-15]. */
export class Durations {
  private readonly clock: RunClock
  private readonly places: Map<Instant, number>
  private readonly offsetFrom: number

  /** @param messages as `inOrder` gave them: a time is known by the message that holds it */
  constructor({ clockSteps, clockOffsetFrom }: Run, messages: readonly Kept[]) {
    this.clock = new RunClock(clockSteps)
    this.places = new Map(this.clock.isSteady ? [] : messages.map(({ time, index }) => [time, index]))
    this.offsetFrom = clockOffsetFrom ?? Infinity
  }

  /** Of what began and ended then; `end` null: it goes on. */
  of(start: Instant | null, end: Instant | null): { durationUncertain?: true } {
    if (start === null) return {}
    // No duration is negative: the clock was set back, unseen.
    const isBackwards = end !== null && start.ms - end.ms > CLOCK_TOLERANCE
    return isBackwards || this.isUnsure(start, end) ? { durationUncertain: true } : {}
  }

  private isUnsure(start: Instant, end: Instant | null): boolean {
    if (this.clock.isSteady) return false
    const from = this.places.get(start) ?? -1
    // What goes on is measured by our clock, from where the difference of both clocks was first known.
    const to = end === null ? this.offsetFrom : (this.places.get(end) ?? Infinity)
    return this.clock.isUnsure(Math.min(from, to), Math.max(from, to))
  }
}

const MAX_TOLD = 5

/** Each step of the backend's clock, as a finding. */
export function clockFindings(run: Run): Finding[] {
  const clock = new RunClock(run.clockSteps)
  const told = clock.inOrder.map(step => {
    const at = iso(step.stamp + clock.correctionAt(step.from))
    return { ...noted('clock-set', sentenceOf(step)), at }
  })
  return told.slice(0, MAX_TOLD)
}

function sentenceOf({ correction, basis }: ClockStep): string {
  const way = correction > 0 ? 'back' : 'forward'
  if (basis === 'measured') {
    return `The backend’s clock was set ${way} by ${amount(correction)}. Later times of this run are corrected by that.`
  }
  const unknown = 'Durations across that moment are marked as uncertain; compare with the clock of the backend’s machine.'
  if (basis === 'order') {
    return `The backend’s clock was set back, by ${amount(correction)} or more: nothing here saw by how much. ${unknown}`
  }
  return `Messages came late, or the backend’s clock was set. ${unknown}`
}

/** Milliseconds in words: hours, minutes and seconds, without leading zeros. */
function amount(ms: number): string {
  const seconds = Math.round(Math.abs(ms) / 1_000)
  const parts = [
    [Math.floor(seconds / 3_600), 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ] as const
  return parts.flatMap(([count, unit]) => (count > 0 ? `${String(count)} ${unit}` : [])).join(' ') || '0 s'
}
