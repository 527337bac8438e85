import { useMemo } from 'react'
import type { Snapshot } from '../../../../lib/run/model'
import type { Usual } from '../../../../lib/run/usual'
import { useIsPast, useOfTime } from '../../../../lib/client/live'
import { etaText } from './eta-text'
import { timeLeft } from './time-left'
import { useUsual } from './use-usual'

/** How long the run still takes, by earlier runs of its spec. Nothing where they do not tell, and in the past [PAGE-11]. */
export function Eta({ run }: { run: Snapshot }) {
  const usual = useUsual(run)
  // Later runs would tell of an earlier moment.
  const isPast = useIsPast()
  return !isPast && usual !== null && run.counts.totalKnown && <Left run={run} usual={usual} />
}

function Left({ run, usual }: { run: Snapshot; usual: Usual }) {
  const times = useMemo(() => new Map(usual.batches.map(({ id, ms }) => [id, ms])), [usual])
  // A text, and no object: only another text renders again.
  const words = useOfTime(now => etaText(timeLeft(run, times, now), run.counts.running))
  if (words === '') return null
  return (
    <>
      {' '}
      <span
        data-testid="run-eta"
        title={`An estimate: the longest chain of what is left, by what each batch took in ${usual.runs} earlier runs.`}
      >
        {words}
      </span>
    </>
  )
}
