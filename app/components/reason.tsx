'use client'

import { useServerTime } from '../../lib/client/live'
import { isDated, withAge } from '../words'

/** A verdict's sentence. Where it dates something it says for how long, and counts on. */
export function Reason({ text, since }: { text: string; since: string | null }) {
  return isDated(text, since) ? <Counting text={text} since={since} /> : text
}

function Counting({ text, since }: { text: string; since: string }) {
  return withAge(text, since, useServerTime())
}
