import { amount, CLOCK_TOLERANCE, type RunClock } from './clock-steps'
import { noted } from './findings'
import type { ClockStep, Message, Observation, OurClock } from './observation'
import type { Run } from './run'
import { iso, type Instant } from './time'

/**
 * The clock of the dashboard's machine may be set, too. Receipt times and deadlines come from a clock that nobody sets
 * [RUN-16.13]; what is left to do is to know by how much the backend's clock differs from it where nothing has told that yet,
 * and to read what an earlier process recorded by its clock.
 */

/** More are not kept; those before tell the same [SAFE-5]. */
const MAX_STEPS = 64
const MAX_TOLD = 5

/** Takes in that the machine's clock was set, or was when the run began. */
export function foldOurClock(run: Run, observation: OurClock): boolean {
  const { at, by, ahead } = observation
  run.wallAhead = ahead
  if (run.first === null && run.history === null) run.presumedOffset = presumed(ahead)
  // A run that was started from here and has said nothing yet begins after it.
  const isBefore = run.accepted !== null && run.first === null
  if (by !== 0 && !isBefore && run.ourSteps.length < MAX_STEPS)
    run.ourSteps.push({ at, by, undatedTo: run.clockOffset === null ? lastPlace(run) : null })
  return true
}

/** What is heard from now on has a later place; where nobody listens, that can't be said. */
const lastPlace = ({ openedAt, lastIndex }: Run): number => (openedAt === null ? Infinity : lastIndex)

/** Our clock minus the backend's, ms, where both are of one machine: a clock that was set only for one of them differs. */
export const presumed = (ahead: number): number => (ahead === 0 ? 0 : -ahead)

/** Our clock minus the backend's at the run's beginning, ms, as well as it is known. */
export const offsetOf = ({
  clockOffset,
  datedOffset,
  presumedOffset,
}: Pick<Run, 'clockOffset' | 'datedOffset' | 'presumedOffset'>): number => clockOffset ?? datedOffset ?? presumedOffset

/**
 * A message that came so soon after the start that was sent from here was stamped between the two [RUN-7.1]. One without a
 * stamp has the time of its receipt, and tells nothing.
 */
export function isFirstOfOurs({ accepted }: Run, { index, at, time }: Message): boolean {
  if (index > 0 || accepted?.sent === undefined || time.ms === at) return false
  return at >= accepted.sent && at - accepted.sent <= CLOCK_TOLERANCE
}

/** Whether nothing has told yet of the backend's clock: a later answer may come after a step of it [RUN-7.2]. */
export const isUndated = ({ clockOffset, datedOffset }: Pick<Run, 'clockOffset' | 'datedOffset'>): boolean =>
  clockOffset === null && datedOffset === null

/**
 * Whether a step of the machine's clock leaves it open how long something took [RUN-16.15] [RUN-16.32]. The backend may have been set
 * with it, unseen, unless live messages before and after tell. And where both went forward by as much, the machine may have
 * been paused.
 * @param took its begin and end, and their places in the stream
 */
export function isUnsureByOurClock(
  run: Run,
  clock: RunClock,
  took: { start: Instant; end: Instant | null; from: number; to: number },
): boolean {
  const { start, end, from, to } = took
  const { ourSteps, liveAt, clockOffset } = run
  // What goes on is measured by the difference of both clocks, which no message has told.
  if (end === null && clockOffset === null && (offsetOf(run) !== 0 || ourSteps.length > 0)) return true
  return ourSteps.some(({ at, by, undatedTo }) => {
    // What the first live message after it tells may be the difference before the step or after it.
    if (undatedTo !== null) return from <= undatedTo
    const same = clock.inOrder.filter(({ correction }) => Math.abs(correction + by) <= CLOCK_TOLERANCE)
    if (same.length > 0) return by > 0 && same.some(step => isBetween(step, from, to))
    if (end === null || (liveAt !== null && liveAt > at)) return false
    const moment = at - offsetOf(run)
    const isWithin = (ms: number) => ms >= start.ms - CLOCK_TOLERANCE && ms <= end.ms + CLOCK_TOLERANCE
    return isWithin(moment) || isWithin(moment + by)
  })
}

const isBetween = ({ from: place }: ClockStep, from: number, to: number) => place > from && place <= to

/** Each step of the machine's clock, as a finding. */
export const ourClockFindings = ({ ourSteps }: Pick<Run, 'ourSteps'>) =>
  ourSteps.slice(0, MAX_TOLD).map(({ at, by }) => ({
    ...noted(
      'clock-set',
      `${wasSet(by)} Durations are measured by a clock that went on; times of day may differ by that.`,
    ),
    at: iso(at),
  }))

/** What is said of a machine's clock that was set. @param by ms: more than 0 where it was set forward */
export const wasSet = (by: number): string =>
  `The clock of Groundtruth’s machine was set ${by > 0 ? 'forward' : 'back'}, by ${amount(by)}.`

/**
 * What was observed by a clock that was `by` ms behind the one that it is to be read by [RUN-16.14]. Stamps of the backend's and
 * of the Engine's stay as they are.
 */
export function shiftedObservation(observation: Observation, by: number): Observation {
  if (by === 0) return observation
  const at = observation.at + by
  switch (observation.kind) {
    case 'accepted':
      return observation.sent === undefined
        ? { ...observation, at }
        : { ...observation, at, sent: observation.sent + by }
    case 'our-clock':
      return { ...observation, at, ahead: observation.ahead - by }
    case 'dated':
      return { ...observation, at, offset: observation.offset + by }
    case 'container': {
      const { container } = observation
      const { seenRunningAt, seenEndedAt, seenStateAt, restarted } = container
      const moved = (ms: number | null) => (ms === null ? null : ms + by)
      return {
        ...observation,
        at,
        container: {
          ...container,
          seenRunningAt: moved(seenRunningAt),
          seenEndedAt: moved(seenEndedAt),
          ...(seenStateAt !== undefined && { seenStateAt: seenStateAt + by }),
          restarted: restarted && { ...restarted, since: restarted.since + by },
        },
      }
    }
    default:
      return { ...observation, at }
  }
}
