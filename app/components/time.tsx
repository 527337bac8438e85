'use client'

import type { ReactNode } from 'react'
import { useRunningTime, useServerTime } from '../../lib/client/live'
import {
  ageText,
  clockText,
  dayText,
  durationAttribute,
  durationWords,
  elapsedText,
  momentText,
  sameDay,
  tookText,
} from '../format'
import { wholeAtPress } from './tip'
import { useZone } from './zone'

/** What is said of a moment; date, time and offset in full at a press, and in its title [PAGE-1.1]. */
export function Moment({ at, children }: { at: string; children: ReactNode }) {
  const text = momentText(Date.parse(at), useZone())
  return (
    // Not in a button: its text could not be selected then.
    <time className="whole" dateTime={at} {...wholeAtPress(text)}>
      {children}
    </time>
  )
}

/** A time of day, with the day where it is not today's; marked where it is UTC, unless its column says so. */
export function ClockTime({ at, bare = false }: { at: string; bare?: boolean }) {
  const zone = useZone()
  const now = useRunningTime(60_000)
  const ms = Date.parse(at)
  return (
    <Moment at={at}>
      {sameDay(ms, now, zone) ? '' : `${dayText(ms, now, zone)}, `}
      {clockText(ms, zone)}
      {zone === 'utc' && !bare ? ' UTC' : ''}
    </Moment>
  )
}

/** How long ago a moment of the server's clock was; stands still at `until`. */
export function Age({ since, until = null }: { since: string | number; until?: number | null }) {
  const now = useServerTime()
  return <>{ageText((until ?? now) - (typeof since === 'number' ? since : Date.parse(since)))}</>
}

/** The same where the moment itself is not said beside it: it can be had in full. */
export function DatedAge({ since, until = null }: { since: string; until?: number | null }) {
  return (
    <Moment at={since}>
      <Age since={since} until={until} />
    </Moment>
  )
}

interface DurationProps {
  seconds: number
  /** Leaves out hours that are none. */
  short?: boolean
  /** The backend's clock was set meanwhile, by an unknown amount [RUN-16]. */
  uncertain?: boolean | undefined
}

/** Seconds as a clock, for people and for machines. */
export function Duration({ seconds, short = false, uncertain = false }: DurationProps) {
  return (
    <>
      {uncertain && <Uncertain />}
      <time dateTime={durationAttribute(seconds)} title={durationWords(seconds)}>
        {short ? tookText(seconds) : elapsedText(seconds)}
      </time>
    </>
  )
}

const WHY_UNCERTAIN =
  'Uncertain: the backend’s clock may have been set meanwhile, and no receipt time tells by how much.'

/** Stands before a duration that may be wrong. */
function Uncertain() {
  return (
    <span className="uncertain" data-testid="uncertain" title={WHY_UNCERTAIN}>
      <span aria-hidden="true">≈ </span>
      <span className="sr">uncertain: </span>
    </span>
  )
}
