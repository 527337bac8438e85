import type { ContainerFacts } from '../evidence/container-facts'
import type { ClockStep, HistoryReading, Message } from '../observation'
import { compareInstants, type Instant } from './time'

/**
 * The backend's clock may be set while a run is at work [RUN-16]. All times of such a run are given on that clock as it went
 * when the run began: a stamp after a step is corrected by the size of the step. Without a step no stamp is changed.
 */

/** A step, and the newest connection that brought the message before which it happened. */
export interface KeptStep extends ClockStep {
  connection: number
}

/** The steps of a run by the id of the message before which each happened. */
export type KeptSteps = Map<string, KeptStep>

/** At most this many steps are kept; if there are more, the last kept one is in doubt [SAFE-5]. */
const MAX_STEPS = 64
/** A stamp in the history may be earlier than the message about the same fact by this much, ms. */
const TOLD_EARLY = 2_000
/** The accuracy of durations, ms: a smaller step can't be distinguished from a delay [RUN-16]. */
export const CLOCK_TOLERANCE = 1_500

/**
 * Applies the step of the backend's clock that a message shows, if there is one.
 * @returns true if a time of the run changes, or if the message is needed later to know whether a step is confirmed [REC-3]
 */
export function foldClock(steps: KeptSteps, message: Pick<Message, 'id' | 'connection' | 'clock'>): boolean {
  const { clock, connection, id } = message
  const told = clock !== undefined && setStep(steps, { ...clock, connection })
  const own = steps.get(id)
  // A later connection brought the message without a step: on the earlier one, the messages came in another order.
  const isGone = own !== undefined && own.connection < connection && steps.delete(id)
  return told || isGone
}

function setStep(steps: KeptSteps, step: KeptStep): boolean {
  const { id, basis, correction, since, until } = step
  // The doubt about the message is over: there was no step before it.
  if (basis === 'measured' && correction === 0 && since === until) return steps.delete(id)
  const known = steps.get(id)
  if (!known && steps.size >= MAX_STEPS) {
    const last = inOrderOfPlace(steps).at(-1)
    if (last?.basis !== 'measured') return false
    steps.set(last.id, { ...last, basis: 'doubt' })
    return true
  }
  steps.set(id, step)
  // A new connection alone is a change, too: later connections decide whether there was a step at all.
  return JSON.stringify(known) !== JSON.stringify(step)
}

/** Drops steps that only the order of messages showed and that a full replay did not bring again: they were none. */
export function dropUnconfirmed(steps: KeptSteps, connection: number): void {
  for (const [id, step] of steps) if (step.basis === 'order' && step.connection < connection) steps.delete(id)
}

const inOrderOfPlace = (steps: KeptSteps) => [...steps.values()].sort((a, b) => a.from - b.from)

/** A message's index in the stream, and its stamp. */
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

  /** Negative if `a` happened earlier. Between two steps the stamps give the order, across a step the index does. */
  compare(a: Placed, b: Placed): number {
    return this.#leg(a.index) - this.#leg(b.index) || compareInstants(a.time, b.time)
  }

  /** How many steps happened up to this index. */
  #leg(index: number): number {
    const after = this.#steps.findIndex(({ from }) => from > index)
    return after < 0 ? this.#steps.length : after
  }

  /** The amount to add to a stamp at this index, ms. */
  correctionAt(index: number): number {
    return sumOf(this.#steps.slice(0, this.#leg(index)))
  }

  corrected({ index, time }: Placed): Instant {
    const correction = this.correctionAt(index)
    return correction === 0 ? time : { ms: time.ms + correction, ns: time.ns }
  }

  /** The sum of all steps, ms. */
  get total(): number {
    return sumOf(this.#steps)
  }

  /** The largest possible correction of a time, ms. */
  get spread(): number {
    return this.#steps.reduce((sum, { correction }) => sum + Math.abs(correction), 0)
  }

  /** Whether the time between two indexes is not certain, because a step between them or near one could not be measured. */
  isUnsure(from: number, to: number): boolean {
    return this.#steps.some(
      step =>
        this.#isWithin(step, from) ||
        this.#isWithin(step, to) ||
        (step.basis !== 'measured' && step.from > from && step.from <= to),
    )
  }

  /**
   * Corrects a stamp of the backend's outside the stream. It has no index, so the latest possible reading counts.
   * @param until a moment by which the stamp had been made, on the clock of the run's beginning, ms; null: not known
   */
  correctedStamp(ms: number, until: number | null): number {
    return this.#readings(ms).findLast(each => until === null || each <= until + TOLD_EARLY) ?? ms
  }

  /** What a stamp outside the stream may mean on this clock: as it stands, then after each step that it may be later than, ms. */
  #readings(ms: number): number[] {
    const after = this.#steps.flatMap(({ stamp }, index) =>
      ms >= stamp - TOLD_EARLY ? [ms + sumOf(this.#steps.slice(0, index + 1))] : [],
    )
    return [ms, ...after]
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
   * A container's times on this clock. The Engine's clock is usually the backend's and was set with it, but it may be another.
   * So the reading counts that is nearest to when we saw the container, also if it is later, by a clock that is ahead.
   * @param offset our clock minus the backend's at the run's beginning, ms
   */
  correctedContainer(facts: ContainerFacts, offset: number): ContainerFacts {
    if (this.isSteady) return facts
    const read = (ms: number, seenAt: number | null) => {
      const readings = this.#readings(ms)
      if (seenAt === null) return readings.at(-1) ?? ms
      const away = (reading: number) => Math.abs(reading - (seenAt - offset))
      return readings.reduce((nearest, each) => (away(each) < away(nearest) ? each : nearest))
    }
    const { createdAt, startedAt, finishedAt, seenRunningAt, seenEndedAt, seenStateAt } = facts
    return {
      ...facts,
      createdAt: read(createdAt, seenRunningAt ?? seenEndedAt ?? seenStateAt ?? null),
      startedAt: startedAt === null ? null : read(startedAt, seenRunningAt ?? seenEndedAt),
      finishedAt: finishedAt === null ? null : read(finishedAt, seenEndedAt),
    }
  }

  /** Whether it is open if a message at this index was stamped before the step or after it. */
  #isWithin({ from, since, until, basis }: ClockStep, index: number): boolean {
    if (index < since) return false
    if (basis !== 'doubt') return index < until
    return index < (this.#steps.find(next => next.from > from && next.basis !== 'doubt')?.from ?? Infinity)
  }

  /** The steps in the order in which they happened. */
  get inOrder(): readonly ClockStep[] {
    return this.#steps
  }
}

const sumOf = (steps: readonly ClockStep[]) => steps.reduce((sum, { correction }) => sum + correction, 0)

/** Milliseconds as text: hours, minutes and seconds, without parts that are 0. */
export function amount(ms: number): string {
  const seconds = Math.round(Math.abs(ms) / 1_000)
  const parts = [
    [Math.floor(seconds / 3_600), 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ] as const
  return parts.flatMap(([count, unit]) => (count > 0 ? `${String(count)} ${unit}` : [])).join(' ') || '0 s'
}
