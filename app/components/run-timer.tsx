'use client'

import { useState } from 'react'
import type { RunFields } from '../../lib/run/model'
import { useServerTime } from '../../lib/client/live'
import { heldSeconds, timerSeconds, type Shown } from '../freshness'
import { Duration } from './time'

/** The run's timer. Only the timer renders again each second, not the page around it [RUN-7]. */
export function RunTimer({
  run,
  frozenAt,
  className,
}: {
  run: RunFields
  frozenAt: number | null
  className?: string | undefined
}) {
  const now = useServerTime()
  const [shown, setShown] = useState<Shown | null>(null)
  const seconds = heldSeconds(shown, run, timerSeconds(run, frozenAt ?? now), frozenAt !== null)
  if (shown?.seconds !== seconds || shown.startedAt !== run.startedAt) {
    setShown({ seconds, startedAt: run.startedAt })
  }
  return (
    <span
      className={className}
      data-testid="run-elapsed"
      data-seconds={seconds}
      data-frozen={frozenAt !== null}
      data-uncertain={run.durationUncertain ?? false}
    >
      <Duration seconds={seconds} uncertain={run.durationUncertain} />
    </span>
  )
}
