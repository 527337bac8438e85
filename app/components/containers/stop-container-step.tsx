import type { RunAt } from '../../../lib/client/live'
import { useState } from 'react'
import { classNames } from '../../class-names'
import { StopContainerDialog } from './stop-container-dialog'
import controls from '../controls.module.css'
import finding from '../finding-line.module.css'

export interface StopContainerStepProps {
  id: string
  run: RunAt
  batchId: string | null
  /** Docker can't be asked now, or may show something else. */
  isOld: boolean
}

/** The step after a container that outlives its run: stop it, once that is confirmed. */
export function StopContainerStep({ id, run: { runId, site }, batchId, isOld }: StopContainerStepProps) {
  const [isAsking, setAsking] = useState(false)
  return (
    <>
      <button
        className={classNames(controls.button, finding.step)}
        type="button"
        disabled={isOld}
        title={isOld ? 'Docker can’t be asked now' : undefined}
        onClick={() => setAsking(true)}
      >
        Stop container…
      </button>
      {isAsking && (
        <StopContainerDialog
          container={{ id, runId, batchId, name: null }}
          site={site}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  )
}
