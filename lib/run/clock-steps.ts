import type { ContainerFacts } from './container-facts'
import type { ClockStep, HistoryReading, Message } from './observation'
import { compareInstants, type Instant } from './time'

/**
 * The backend's clock may be set while a run is at work [RUN-16]. All times of such a run are told on that clock as it
 * went when the run began: a stamp after a step is corrected by the size of the step. Without a step nothing is changed.
 */

/** A step, and the newest connection that brought the message before which it happened. */
export interface KeptStep extends ClockStep {
  connection: number
}

/** The steps of a run by the id of the message before which each happened. */
export type KeptSteps = Map<string, KeptStep>

/** More steps are not kept; the last one is then in doubt [SAFE-5]. */
const MAX_STEPS = 64
/** A stamp in the history may be so much earlier than the message that tells the same, ms. */
const TOLD_EARLY = 2_000
/** Durations are right to this, ms: no smaller step is told from a delay [RUN-16]. */
export const CLOCK_TOLERANCE = 1_500

/**
 * Takes in what a message tells of the backend's clock.
 * @returns true where that changes any time of the run, or is needed to know later whether a step is confirmed [REC-3]
 */
export function foldClock(steps: KeptSteps, message: Pick<Message, 'id' | 'connection' | 'clock'>): boolean {
  const { clock, connection, id } = message
  const told = clock !== undefined && setStep(steps, { ...clock, connection })
  const own = steps.get(id)
  // A later connection brought the message without a step: the order of messages was another before.
  const isGone = own !== undefined && own.connection < connection && steps.delete(id)
  return told || isGone
}

function setStep(steps: KeptSteps, step: KeptStep): boolean {
  const { id, basis, correction, since, until } = step
  // The doubt about a message is over: nothing had stepped before it.
  if (basis === 'measured' && correction === 0 && since === until) return steps.delete(id)
  const known = steps.get(id)
  if (!known && steps.size >= MAX_STEPS) {
    const last = inOrderOfPlace(steps).at(-1)
    if (last?.basis !== 'measured') return false
    steps.set(last.id, { ...last, basis: 'doubt' })
    return true
  }
  steps.set(id, step)
  // That another connection brought it again is news, too: what a later one brings decides whether there was a step at all.
  return JSON.stringify(known) !== JSON.stringify(step)
}

/** A full replay brings each step again: one that it did not bring, and that only the order of messages showed, was none. */
export function dropUnconfirmed(steps: KeptSteps, connection: number): void {
  for (const [id, step] of steps) if (step.basis === 'order' && step.connection < connection) steps.delete(id)
}

const inOrderOfPlace = (steps: KeptSteps) => [...steps.values()].sort((a, b) => a.from - b.from)

/** A message's place in the story and its stamp. */
export interface Placed {
  index: number
  time: Instant
}

/** Reads the stamps of a run on one clock. Costs a sort of at most `MAX_STEPS` to make. */
export class RunClock {
  readonly #steps: readonly KeptStep[]

  constructor(steps: KeptSteps) {
    this.#steps = inOrderOfPlace(steps)
  }

  get isSteady(): boolean {
    return this.#steps.length === 0
  }

  /** Negative where `a` happened earlier. Between two steps stamps tell the order, across a step the place does. */
  compare(a: Placed, b: Placed): number {
    return this.#leg(a.index) - this.#leg(b.index) || compareInstants(a.time, b.time)
  }

  /** How many steps happened before this place. */
  #leg(index: number): number {
    const after = this.#steps.findIndex(({ from }) => from > index)
    return after < 0 ? this.#steps.length : after
  }

  /** What is to be added to a stamp at this place, ms. */
  correctionAt(index: number): number {
    return sumOf(this.#steps.slice(0, this.#leg(index)))
  }

  corrected({ index, time }: Placed): Instant {
    const correction = this.correctionAt(index)
    return correction === 0 ? time : { ms: time.ms + correction, ns: time.ns }
  }

  /** What all steps so far come to, ms. */
  get total(): number {
    return sumOf(this.#steps)
  }

  /** By how much a time may have been corrected at most, ms. */
  get spread(): number {
    return this.#steps.reduce((sum, { correction }) => sum + Math.abs(correction), 0)
  }

  /** Whether the time between two places is not known: a step between them or beside one could not be measured. */
  isUnsure(from: number, to: number): boolean {
    return this.#steps.some(
      step =>
        this.#isWithin(step, from) ||
        this.#isWithin(step, to) ||
        (step.basis !== 'measured' && step.from > from && step.from <= to),
    )
  }

  /**
   * A stamp of the backend's outside the stream, which has no place there: of the readings that are possible the latest.
   * @param until a moment at which the stamp had been made, on the clock of the run's beginning, ms; null: not known
   */
  correctedStamp(ms: number, until: number | null): number {
    for (let last = this.#steps.length; last > 0; last -= 1) {
      const step = this.#steps[last - 1]
      const corrected = ms + sumOf(this.#steps.slice(0, last))
      const isPossible = until === null || corrected <= until + TOLD_EARLY
      if (step && ms >= step.stamp - TOLD_EARLY && isPossible) return corrected
    }
    return ms
  }

  /** The run's history entry on this clock. @param offset our clock minus the backend's at the run's beginning, ms */
  correctedEntry(entry: HistoryReading, offset: number | null): HistoryReading {
    const until = offset === null ? null : entry.at - offset
    const read = (ms: number | null) => (ms === null ? null : this.correctedStamp(ms, until))
    const batches = entry.batches.map(batch => ({
      ...batch,
      startedAt: read(batch.startedAt),
      endedAt: read(batch.endedAt),
    }))
    return { ...entry, startedAt: read(entry.startedAt), endedAt: read(entry.endedAt), batches }
  }

  /**
   * A container's times on this clock. The Engine's clock is the backend's as a rule and was set with it, but need not be:
   * of the two readings the one counts that is nearer to when we saw the container.
   */
  correctedContainer(facts: ContainerFacts, offset: number): ContainerFacts {
    if (this.isSteady) return facts
    const read = (ms: number, seenAt: number | null) => {
      const seen = seenAt === null ? null : seenAt - offset
      const corrected = this.correctedStamp(ms, seen)
      return seen !== null && Math.abs(ms - seen) <= Math.abs(corrected - seen) ? ms : corrected
    }
    const { createdAt, startedAt, finishedAt, seenRunningAt, seenEndedAt, seenStateAt } = facts
    return {
      ...facts,
      createdAt: read(createdAt, seenRunningAt ?? seenEndedAt ?? seenStateAt ?? null),
      startedAt: startedAt === null ? null : read(startedAt, seenRunningAt ?? seenEndedAt),
      finishedAt: finishedAt === null ? null : read(finishedAt, seenEndedAt),
    }
  }

  /** Whether a message at this place may have been stamped before the step or after it. */
  #isWithin({ from, since, until, basis }: ClockStep, index: number): boolean {
    if (index < since) return false
    if (basis !== 'doubt') return index < until
    return index < (this.#steps.find(next => next.from > from && next.basis !== 'doubt')?.from ?? Infinity)
  }

  /** In the order in which they happened. */
  get inOrder(): readonly ClockStep[] {
    return this.#steps
  }
}

const sumOf = (steps: readonly ClockStep[]) => steps.reduce((sum, { correction }) => sum + correction, 0)

/** Milliseconds in words: hours, minutes and seconds, without leading zeros. */
export function amount(ms: number): string {
  const seconds = Math.round(Math.abs(ms) / 1_000)
  const parts = [
    [Math.floor(seconds / 3_600), 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ] as const
  return parts.flatMap(([count, unit]) => (count > 0 ? `${String(count)} ${unit}` : [])).join(' ') || '0 s'
}
