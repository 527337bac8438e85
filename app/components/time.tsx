'use client'

import { useContext, type ReactNode } from 'react'
import { useOfDate, useOfTime } from '../../lib/client/live'
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
import { TabStop } from './tab-stop'
import { wholeAtPress } from './tip'
import { useZone } from './zone'
import styles from './tip.module.css'

/** A text about a moment. A press and the title show date, time and offset in full [PAGE-1.1]. */
export function Moment({ at, children }: { at: string; children: ReactNode }) {
  const text = momentText(Date.parse(at), useZone())
  const tabIndex = useContext(TabStop) ?? 0
  return (
    // Not in a button: text in a button cannot be selected.
    <time className={styles.whole} dateTime={at} {...wholeAtPress(text)} tabIndex={tabIndex}>
      {children}
    </time>
  )
}

/** A time of day, with the day if it is not today; marked as UTC, unless its column says so. */
export function ClockTime({ at, bare = false }: { at: string; bare?: boolean }) {
  const zone = useZone()
  const ms = Date.parse(at)
  const day = useOfDate(now => (sameDay(ms, now, zone) ? '' : `${dayText(ms, now, zone)}, `))
  return (
    <Moment at={at}>
      {day}
      {clockText(ms, zone)}
      {zone === 'utc' && !bare ? ' UTC' : ''}
    </Moment>
  )
}

/** How long ago a moment of the server's clock was; stops counting at `until`. */
export function Age({ since, until = null }: { since: string | number; until?: number | null }) {
  const from = typeof since === 'number' ? since : Date.parse(since)
  return useOfTime(now => ageText((until ?? now) - from), until === null)
}

/** An `Age` for places that do not show the moment itself: a press shows it in full. */
export function DatedAge({ since, until = null }: { since: string; until?: number | null }) {
  return (
    <Moment at={since}>
      <Age since={since} until={until} />
    </Moment>
  )
}

interface DurationProps {
  seconds: number
  /** Omits the hours if they are zero. */
  short?: boolean
  /** Its end is not known, or a clock was set in the meantime, by an unknown amount [RUN-11.4] [RUN-16]. */
  uncertain?: boolean | undefined
}

/** Seconds as a clock, readable by people and by programs. */
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

const WHY_UNCERTAIN = 'Uncertain: its end was not told, or the backend’s clock was set meanwhile.'

/** The mark before a duration that may be wrong. */
function Uncertain() {
  return (
    <span data-testid="uncertain" title={WHY_UNCERTAIN}>
      <span aria-hidden="true">≈ </span>
      <span className="sr">uncertain: </span>
    </span>
  )
}
