'use client'

import { useOfTime } from '../../lib/client/live'
import { isDated, withAge } from '../labels'
import { Prose } from './outside'
import { ClockTime } from './time'

/** A verdict's sentence. A date in it is replaced by a duration, which keeps counting. */
export function Reason({ text, since }: { text: string; since: string | null }) {
  return isDated(text, since) ? <Counting text={text} since={since} /> : <Prose text={text} />
}

function Counting({ text, since }: { text: string; since: string }) {
  return <Prose text={useOfTime(now => withAge(text, since, now))} />
}

/** The start of the verdict's condition as a time: for places where no other text beside the sentence shows it. */
export function ReasonSince({ text, since }: { text: string; since: string | null }) {
  return (
    isDated(text, since) && (
      <span className="dim">
        since <ClockTime at={since} />
      </span>
    )
  )
}
