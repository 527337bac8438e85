'use client'

import { useSyncExternalStore } from 'react'
import { useRunningTime, useServerTime } from '../../lib/client/live'
import type { Zone } from '../format'
import { ageText, clockText, dayText, durationAttribute, elapsedText, sameDay, tookText } from '../format'

const never = () => () => undefined
const zoneHere = (): Zone => (new Date().getTimezoneOffset() === 0 ? 'utc' : 'local')

/** UTC in the server's HTML and the first paint, the reader's own zone from then on. */
export function useZone(): Zone {
  return useSyncExternalStore<Zone>(never, zoneHere, () => 'utc')
}

/** Says which zone the times in a column are in, where it is not the reader's own. */
export function ZoneNote() {
  return useZone() === 'utc' ? ', UTC' : ''
}

/** A time of day, with the day where it is not today's; marked where it is UTC, unless its column says so. */
export function ClockTime({ at, withDay = false, bare = false }: { at: string; withDay?: boolean; bare?: boolean }) {
  const zone = useZone()
  const now = useRunningTime(60_000)
  const ms = Date.parse(at)
  const day = withDay && !sameDay(ms, now, zone) ? `${dayText(ms, now, zone)}, ` : ''
  return (
    <time dateTime={at} title={at.replace('T', ' ').replace('Z', ' UTC')}>
      {day}
      {clockText(ms, zone)}
      {zone === 'utc' && !bare ? ' UTC' : ''}
    </time>
  )
}

/** How long ago a moment of the server's clock was; stands still at `until`. */
export function Age({ since, until = null }: { since: string | number; until?: number | null }) {
  const now = useServerTime()
  return <>{ageText((until ?? now) - (typeof since === 'number' ? since : Date.parse(since)))}</>
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
      <time dateTime={durationAttribute(seconds)}>{short ? tookText(seconds) : elapsedText(seconds)}</time>
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
