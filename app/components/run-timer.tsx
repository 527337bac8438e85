'use client'

import type { RunFields } from '../../lib/run/model'
import { useServerTime } from '../../lib/client/live'
import { timerSeconds } from '../freshness'
import { Duration } from './time'

/** The run's timer. It alone renders again each second; the page around it does not [RUN-7]. */
export function RunTimer({ run, frozenAt, className }: { run: RunFields; frozenAt: number | null; className: string }) {
  const now = useServerTime()
  const seconds = timerSeconds(run, frozenAt ?? now)
  return (
    <span className={className} data-testid="run-elapsed" data-seconds={seconds} data-frozen={frozenAt !== null}>
      <Duration seconds={seconds} />
    </span>
  )
}
