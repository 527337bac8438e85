import type { Snapshot } from '../../../../lib/run/model'
import { useIsPast, useOfTime } from '../../../../lib/client/live'
import { ageText } from '../../../format'
import { timeLeft } from './time-left'
import { useUsual, type Known } from './use-usual'

/** The estimate is no more exact than that, ms. */
const GRAIN = 5_000

/** How long the run still takes, by earlier runs of its spec. Nothing where they do not tell, and in the past [PAGE-11]. */
export function Eta({ run }: { run: Snapshot }) {
  const known = useUsual(run)
  // Later runs would tell of an earlier moment.
  const isPast = useIsPast()
  return !isPast && known !== null && run.counts.totalKnown && <Left run={run} known={known} />
}

function Left({ run, known }: { run: Snapshot; known: Known }) {
  const ms = useOfTime(now => {
    const left = timeLeft(run, known.usual, now)
    return left === null ? -1 : Math.ceil(left / GRAIN) * GRAIN
  })
  if (ms < 0) return null
  const words = ms === 0 ? 'longer than usual' : `about ${ageText(ms)} left`
  return (
    <>
      {' '}
      <span
        data-testid="run-eta"
        data-seconds={ms / 1_000}
        title={`An estimate: the longest chain of what is left, by what each batch took in ${known.runs} earlier runs.`}
      >
        {words}.
      </span>
    </>
  )
}
