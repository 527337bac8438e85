'use client'

import { useServerTime } from '../../lib/client/live'
import { isDated, withAge } from '../words'
import { Prose } from './outside'

/** A verdict's sentence. Where it dates something it says for how long, and counts on. */
export function Reason({ text, since }: { text: string; since: string | null }) {
  return isDated(text, since) ? <Counting text={text} since={since} /> : <Prose text={text} />
}

function Counting({ text, since }: { text: string; since: string }) {
  return <Prose text={withAge(text, since, useServerTime())} />
}
