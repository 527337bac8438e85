import { useEffect, useState } from 'react'
import type { Snapshot } from '../../../../lib/run/model'
import { listRuns, runOf } from '../../../late-api'
import { LEAST_RUNS, usualOf, type Usual } from './time-left'

/** The number of earlier runs that are read. */
const MOST_RUNS = 5

/** How long the batches of a spec usually take, and by how many runs. */
export interface Known {
  usual: Usual
  runs: number
}

/** Read once: earlier runs of the spec do not change. Null until then, and where there are too few. */
export function useUsual({ runId, spec, dryRun }: Pick<Snapshot, 'runId' | 'spec' | 'dryRun'>): Known | null {
  const [known, setKnown] = useState<Known | null>(null)
  useEffect(() => {
    let gone = false
    const read = async () => {
      if (spec === null) return
      const listed = await listRuns()
      // Without them there is no estimate: the run itself is shown all the same.
      if (!listed.ok) return
      const earlier = listed.value.filter(
        run => run.spec === spec && run.runId !== runId && run.status === 'completed' && run.dryRun === dryRun,
      )
      const answers = await Promise.all(earlier.slice(0, MOST_RUNS).map(run => runOf(run.runId)))
      const runs = answers.flatMap(answer => (answer.ok ? [answer.value] : []))
      if (!gone && runs.length >= LEAST_RUNS) setKnown({ usual: usualOf(runs), runs: runs.length })
    }
    void read()
    return () => {
      gone = true
    }
  }, [runId, spec, dryRun])
  return known
}
