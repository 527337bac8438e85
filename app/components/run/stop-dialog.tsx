import type { RunFields } from '../../../lib/run/model'
import { stopRun } from '../../late-api'
import { plural, runName } from '../../labels'
import { ConfirmStopDialog } from '../confirm-stop-dialog'
import dialog from '../dialog.module.css'

/** Asks for a confirmation before a run is stopped, and says what the stop does and does not do. */
export function StopDialog({
  run,
  onClose,
}: {
  run: Pick<RunFields, 'runId' | 'spec' | 'counts'>
  onClose: () => void
}) {
  const { running, pending } = run.counts
  return (
    <ConfirmStopDialog
      title={`Stop ${runName(run)}?`}
      action="Stop the run"
      asking="Asking…"
      stop={() => stopRun(run)}
      done={`The backend was asked to stop ${runName(run)}.`}
      onClose={onClose}
    >
      <p className={dialog.text}>
        The backend starts no further batch, and the run ends as aborted: {plural(pending, 'batch')} that{' '}
        {pending === 1 ? 'waits' : 'wait'} will not begin. {plural(running, 'batch')} at work: their agents are not
        killed and may run on for up to 15 min. Completed batches keep their branches.
      </p>
    </ConfirmStopDialog>
  )
}
