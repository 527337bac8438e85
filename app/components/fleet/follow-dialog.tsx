'use client'

import { useRouter } from 'next/navigation'
import type { SubmitEvent } from 'react'
import { useState } from 'react'
import { followRun, runPath } from '../../api'
import { Dialog } from '../dialog'

/** Follows a run that was started elsewhere, then goes to it. */
export function FollowDialog({ onClose }: { onClose: () => void }) {
  const router = useRouter()
  const [runId, setRunId] = useState('')
  const [busy, setBusy] = useState(false)
  const [refusal, setRefusal] = useState<string | null>(null)

  const follow = async (event: SubmitEvent) => {
    event.preventDefault()
    setBusy(true)
    setRefusal(null)
    const id = runId.trim()
    const answer = await followRun(id)
    if (answer.ok) router.push(runPath(id))
    else {
      setRefusal(
        answer.status === 404
          ? `The backend does not know ${id}. Check the id; a restarted backend forgets its runs.`
          : answer.error,
      )
      setBusy(false)
    }
  }

  return (
    <Dialog title="Follow a run" onClose={onClose}>
      <form onSubmit={event => void follow(event)}>
        <label className="field">
          <span>
            Run id <span className="dim">as given when it was started</span>
          </span>
          <input
            data-first
            className="input id"
            value={runId}
            onChange={event => setRunId(event.target.value)}
            placeholder="run-…"
            maxLength={200}
            autoComplete="off"
            spellCheck={false}
          />
        </label>
        {refusal !== null && (
          <p className="refusal" role="alert">
            <b>Not followed.</b> {refusal}
          </p>
        )}
        <footer className="dialog-foot">
          <button className="button" type="button" onClick={onClose}>
            Cancel
          </button>
          <button className="button primary" type="submit" disabled={runId.trim() === '' || busy}>
            {busy ? 'Listening…' : 'Follow'}
          </button>
        </footer>
      </form>
    </Dialog>
  )
}
