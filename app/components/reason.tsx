'use client'

import { useServerTime } from '../../lib/client/live'
import { isDated, withAge } from '../words'
import { ClockTime } from './time'

/** A verdict's sentence. Where it dates something it says for how long, and counts on. */
export function Reason({ text, since }: { text: string; since: string | null }) {
  return isDated(text, since) ? <Counting text={text} since={since} /> : text
}

function Counting({ text, since }: { text: string; since: string }) {
  return withAge(text, since, useServerTime())
}

/** Since when it is so, as a time: for where nothing else beside the sentence says it. */
export function ReasonSince({ text, since }: { text: string; since: string | null }) {
  return (
    isDated(text, since) && (
      <span className="reason-since">
        since <ClockTime at={since} />
      </span>
    )
  )
}
