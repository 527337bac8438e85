import { amount, CLOCK_TOLERANCE, type RunClock } from './clock-steps'
import { noted } from '../findings'
import type { ClockStep, Message, Observation, OurClock } from '../observation'
import type { Run } from '../run'
import { iso, type Instant } from './time'

/**
 * The clock of the dashboard's machine may be set, too. Receipt times and deadlines come from the server's clock, which is never
 * set [RUN-16.13]. This module finds by how much the backend's clock differs from it while no message shows that, and reads
 * observations that an earlier process recorded by its clock.
 */

/** At most this many steps are kept; the kept ones give the same finding [SAFE-5]. */
const MAX_STEPS = 64
const MAX_TOLD = 5

/** Applies that the machine's clock was set, now or before the run became known. */
export function foldOurClock(run: Run, observation: OurClock): boolean {
  const { at, by, ahead } = observation
  run.wallAhead = ahead
  if (run.first === null && run.history === null) run.presumedOffset = presumed(ahead)
  // A run that was started from here and has sent no message yet begins after the step.
  const isBefore = run.accepted !== null && run.first === null
  if (by !== 0 && !isBefore && run.ourSteps.length < MAX_STEPS)
    run.ourSteps.push({ at, by, undatedTo: run.clockOffset === null ? lastPlace(run) : null })
  return true
}

/** The last index so far: messages that come later get a higher one. `Infinity` if no stream is open: it is not known then. */
const lastPlace = ({ openedAt, lastIndex }: Run): number => (openedAt === null ? Infinity : lastIndex)

/** Our clock minus the backend's, ms, if both run on one machine: our clock does not follow when the machine's clock is set. */
export const presumed = (ahead: number): number => (ahead === 0 ? 0 : -ahead)

/** Our clock minus the backend's at the run's beginning, ms, by the best source. */
export const offsetOf = ({
  clockOffset,
  datedOffset,
  presumedOffset,
}: Pick<Run, 'clockOffset' | 'datedOffset' | 'presumedOffset'>): number => clockOffset ?? datedOffset ?? presumedOffset

/**
 * Whether a first message came so soon after the start sent from here that it was stamped between the two [RUN-7.1]. A message
 * without a stamp has its receipt time instead, and proves nothing.
 */
export function isFirstOfOurs({ accepted }: Run, { index, at, time }: Message): boolean {
  if (index > 0 || accepted?.sent === undefined || time.ms === at) return false
  return at >= accepted.sent && at - accepted.sent <= CLOCK_TOLERANCE
}

/** Whether the backend's clock is not known yet. Only the first answer counts: a later one may follow a step of it [RUN-7.2]. */
export const isUndated = ({ clockOffset, datedOffset }: Pick<Run, 'clockOffset' | 'datedOffset'>): boolean =>
  clockOffset === null && datedOffset === null

/**
 * Whether a step of the machine's clock makes a duration uncertain [RUN-16.15] [RUN-16.32]. The backend's clock may have been set
 * with it without a sign, unless live messages before and after the step prove otherwise. If both clocks went forward by the
 * same amount, the machine may have been paused.
 * @param took the duration's start and end, and their indexes in the stream
 */
export function isUnsureByOurClock(
  run: Run,
  clock: RunClock,
  took: { start: Instant; end: Instant | null; from: number; to: number },
): boolean {
  const { start, end, from, to } = took
  const { ourSteps, liveAt, clockOffset } = run
  // An open duration needs the difference of both clocks, and no message has given it.
  if (end === null && clockOffset === null && (offsetOf(run) !== 0 || ourSteps.length > 0)) return true
  return ourSteps.some(({ at, by, undatedTo }) => {
    // The first live message after the step may give the difference from before the step or from after it.
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

/** The sentence about a machine's clock that was set. @param by ms: positive if it was set forward */
export const wasSet = (by: number): string =>
  `The clock of Groundtruth’s machine was set ${by > 0 ? 'forward' : 'back'}, by ${amount(by)}.`

/**
 * Converts an observation from a clock that was `by` ms behind the current one [RUN-16.14]. Stamps of the backend and of the
 * Docker Engine stay as they are.
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
