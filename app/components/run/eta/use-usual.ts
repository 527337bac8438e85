import { useEffect, useState } from 'react'
import type { RunAt } from '../../../../lib/client/live'
import type { Usual } from '../../../../lib/run/usual'
import { usualOf } from '../../../late-api'

/** How long the batches of the run's spec usually take. Read once: earlier runs do not change. Null until then. */
export function useUsual({ runId, site }: RunAt): Usual | null {
  const [usual, setUsual] = useState<Usual | null>(null)
  useEffect(() => {
    let gone = false
    void usualOf({ runId, ...(site !== undefined && { site }) }).then(answer => {
      // Without it there is no estimate: the run itself is shown all the same.
      if (!gone && answer.ok) setUsual(answer.value)
    })
    return () => {
      gone = true
    }
  }, [runId, site])
  return usual
}
