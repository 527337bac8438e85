import { useEffect, useState } from 'react'
import type { Usual } from '../../../../lib/run/usual'
import { usualOf } from '../../../late-api'

/** How long the batches of the run's spec usually take. Read once: earlier runs do not change. Null until then. */
export function useUsual(runId: string): Usual | null {
  const [usual, setUsual] = useState<Usual | null>(null)
  useEffect(() => {
    let gone = false
    void usualOf(runId).then(answer => {
      // Without it there is no estimate: the run itself is shown all the same.
      if (!gone && answer.ok) setUsual(answer.value)
    })
    return () => {
      gone = true
    }
  }, [runId])
  return usual
}
