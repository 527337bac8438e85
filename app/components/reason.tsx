'use client'

import { useServerTime } from '../../lib/client/live'
import { isDated, withAge } from '../labels'
import { Prose } from './outside'
import { ClockTime } from './time'

/** A verdict's sentence. Where it dates something it says for how long, and counts on. */
export function Reason({ text, since }: { text: string; since: string | null }) {
  return isDated(text, since) ? <Counting text={text} since={since} /> : <Prose text={text} />
}

function Counting({ text, since }: { text: string; since: string }) {
  return <Prose text={withAge(text, since, useServerTime())} />
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
