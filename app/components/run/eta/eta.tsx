import { useMemo } from 'react'
import type { Snapshot } from '../../../../lib/run/model'
import type { Usual } from '../../../../lib/run/usual'
import { useIsPast, useOfTime } from '../../../../lib/client/live'
import { ageText } from '../../../format'
import { timeLeft } from './time-left'
import { useUsual } from './use-usual'

/** The estimate is no more exact than that, ms. */
const GRAIN = 5_000

/** How long the run still takes, by earlier runs of its spec. Nothing where they do not tell, and in the past [PAGE-11]. */
export function Eta({ run }: { run: Snapshot }) {
  const usual = useUsual(run.runId)
  // Later runs would tell of an earlier moment.
  const isPast = useIsPast()
  return !isPast && usual !== null && run.counts.totalKnown && <Left run={run} usual={usual} />
}

function Left({ run, usual }: { run: Snapshot; usual: Usual }) {
  const times = useMemo(() => new Map(usual.batches.map(({ id, ms }) => [id, ms])), [usual])
  const ms = useOfTime(now => {
    const left = timeLeft(run, times, now)
    return left === null ? -1 : Math.ceil(left / GRAIN) * GRAIN
  })
  if (ms < 0) return null
  const words = ms === 0 ? 'Longer than usual' : `About ${ageText(ms)} left`
  return (
    <>
      {' '}
      <span
        data-testid="run-eta"
        data-seconds={ms / 1_000}
        title={`An estimate: the longest chain of what is left, by what each batch took in ${usual.runs} earlier runs.`}
      >
        {words}.
      </span>
    </>
  )
}
