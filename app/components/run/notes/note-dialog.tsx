import { useState, type SubmitEvent } from 'react'
import { isOver } from '../../../../lib/run/is-over'
import type { RunFields } from '../../../../lib/run/model'
import { LONGEST_NOTE } from '../../../../lib/run/text/kept-text'
import { leaveNote } from '../../../late-api'
import { runName } from '../../../labels'
import { say } from '../../../notice'
import { Dialog } from '../../dialog'
import { Refusal, useRequest } from '../../use-request'
import controls from '../../controls.module.css'
import dialog from '../../dialog.module.css'

interface Props {
  run: Pick<RunFields, 'runId' | 'spec' | 'status'>
  /** The note is to settle the run, unless its writer decides otherwise. */
  settling?: boolean
  onClose: () => void
}

/** Leaves a note on a run for everybody who looks at it [RUN-18]. */
export function NoteDialog({ run, settling = false, onClose }: Props) {
  const [text, setText] = useState('')
  const [settles, setSettles] = useState(settling)
  const { busy, refusal, send } = useRequest()
  const note = text.trim().replace(/\s+/g, ' ')
  // A run may go on while the dialog is open.
  const canSettle = isOver(run.status)
  const leave = (event: SubmitEvent) => {
    event.preventDefault()
    const isSettled = canSettle && settles
    send(leaveNote(run, { text: note, ...(isSettled && { settles }) }), () => {
      onClose()
      say({ text: `Your note is on ${runName(run)}.${isSettled ? ' It needs nobody any more.' : ''}` })
    })
  }
  return (
    <Dialog title={`Note on ${runName(run)}`} onClose={onClose}>
      <form onSubmit={leave}>
        <label className={controls.field}>
          <span>
            Note <span className="dim">with your name and the time, for all who look at this run</span>
          </span>
          <textarea
            data-first
            className={controls.input}
            value={text}
            onChange={event => setText(event.target.value)}
            placeholder="Seen: flaky network"
            maxLength={LONGEST_NOTE}
            rows={3}
          />
        </label>
        {canSettle && (
          <label className={dialog.check}>
            <input type="checkbox" checked={settles} onChange={event => setSettles(event.target.checked)} />
            <span>
              This run needs nobody any more{' '}
              <span className="dim">
                its failure leaves the fleet’s first lines; an agent that still works does not
              </span>
            </span>
          </label>
        )}
        <Refusal what="Not left">{refusal}</Refusal>
        <footer className={dialog.foot}>
          <button className={controls.button} type="button" onClick={onClose}>
            Cancel
          </button>
          <button className={controls.primaryButton} type="submit" disabled={note === '' || busy}>
            {busy ? 'Leaving it…' : 'Leave the note'}
          </button>
        </footer>
      </form>
    </Dialog>
  )
}
