import type { Snapshot } from '../../../lib/run/model'
import { refOf, useIsPast } from '../../../lib/client/live'
import { saveRecording } from '../../late-api'
import { runName } from '../../labels'
import { say } from '../../notice'
import { Refusal, useRequest } from '../use-request'
import { useIsOperator } from '../visitor'
import controls from '../controls.module.css'
import styles from './recording-actions.module.css'

/** Downloads the run's recording as a file, or uploads a recording [IMP-1]. */
export function RecordingActions({ run }: { run: Snapshot }) {
  const { refusal, send } = useRequest()
  const isOperator = useIsOperator()
  const isPast = useIsPast()
  const save = () =>
    send(saveRecording(refOf(run)), () =>
      say({ text: `The recording of ${runName(run)} was handed to the browser’s downloads.` }),
    )
  return (
    <div className={styles.actions}>
      {(isOperator || !run.imported) && (
        <button
          className={controls.button}
          type="button"
          data-testid="export"
          title="Save all that is recorded of this run: any Groundtruth can import it"
          onClick={save}
        >
          Export
        </button>
      )}
      {isOperator && (
        <button className={controls.button} type="button" data-opens="import">
          Import…
        </button>
      )}
      {isOperator && !isPast && !run.imported && (
        <button className={controls.button} type="button" data-opens="note">
          Note…
        </button>
      )}
      <Refusal what="Not exported" inline>
        {refusal}
      </Refusal>
    </div>
  )
}
