import { useState } from 'react'
import type { Snapshot } from '../../../lib/run/model'
import { stopRun } from '../../api'
import { plural, runName } from '../../words'
import { Dialog } from '../dialog'
import { Glyph } from '../marks'

/** Asks once more before a run is stopped, and says what that does and does not do. */
export function StopDialog({ run, onClose }: { run: Snapshot; onClose: () => void }) {
  const [busy, setBusy] = useState(false)
  const [refusal, setRefusal] = useState<string | null>(null)
  const stop = async () => {
    setBusy(true)
    setRefusal(null)
    const answer = await stopRun(run.runId)
    if (answer.ok) onClose()
    else {
      setRefusal(answer.error)
      setBusy(false)
    }
  }
  return (
    <Dialog title={`Stop ${runName(run)}?`} onClose={onClose}>
      <p className="dialog-text">
        The backend starts no further batch, and the run ends as aborted. {plural(run.counts.running, 'batch')} at work:
        their agents are not killed and may run on for up to 15 min. Completed batches keep their branches.
      </p>
      {refusal !== null && (
        <p className="refusal" role="alert">
          <b>Not stopped.</b> {refusal}
        </p>
      )}
      <footer className="dialog-foot">
        <button className="button" type="button" data-first onClick={onClose}>
          Let it run
        </button>
        <button className="button primary" type="button" disabled={busy} onClick={() => void stop()}>
          <Glyph id="i-stop" />
          {busy ? 'Asking…' : 'Stop the run'}
        </button>
      </footer>
    </Dialog>
  )
}
