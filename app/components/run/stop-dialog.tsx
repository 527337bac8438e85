import type { Snapshot } from '../../../lib/run/model'
import { stopRun } from '../../api'
import { plural, runName } from '../../words'
import { Dialog } from '../dialog'
import { Glyph } from '../marks'
import { Refusal, useRequest } from '../use-request'

/** Asks once more before a run is stopped, and says what that does and does not do. */
export function StopDialog({ run, onClose }: { run: Snapshot; onClose: () => void }) {
  const { busy, refusal, send } = useRequest()
  return (
    <Dialog title={`Stop ${runName(run)}?`} onClose={onClose}>
      <p className="dialog-text">
        The backend starts no further batch, and the run ends as aborted. {plural(run.counts.running, 'batch')} at work:
        their agents are not killed and may run on for up to 15 min. Completed batches keep their branches.
      </p>
      <Refusal what="Not stopped">{refusal}</Refusal>
      <footer className="dialog-foot">
        <button className="button" type="button" data-first onClick={onClose}>
          Let it run
        </button>
        <button
          className="button primary"
          type="button"
          disabled={busy}
          onClick={() => send(stopRun(run.runId), onClose)}
        >
          <Glyph id="i-stop" />
          {busy ? 'Asking…' : 'Stop the run'}
        </button>
      </footer>
    </Dialog>
  )
}
