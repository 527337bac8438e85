'use client'

import { useState } from 'react'
import type { RunFields } from '../../lib/run/model'
import { isOver } from '../../lib/run/is-over'
import { useOfTime } from '../../lib/client/live'
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
  const frozen = frozenAt !== null
  const told = useOfTime(now => timerSeconds(run, frozenAt ?? now), !frozen && !isOver(run.status))
  const [shown, setShown] = useState<Shown | null>(null)
  const seconds = heldSeconds(shown, run, told, frozen)
  if (shown?.seconds !== seconds || shown.startedAt !== run.startedAt) {
    setShown({ seconds, startedAt: run.startedAt })
  }
  return (
    <span
      className={className}
      data-testid="run-elapsed"
      data-seconds={seconds}
      data-frozen={frozen}
      data-uncertain={run.durationUncertain ?? false}
    >
      <Duration seconds={seconds} uncertain={run.durationUncertain} />
    </span>
  )
}
