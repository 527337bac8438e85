'use client'

import { useRouter } from 'next/navigation'
import type { SubmitEvent } from 'react'
import { useState } from 'react'
import { followRun } from '../api'
import { shownName } from '../../lib/run/text/display-text'
import { say } from '../notice'
import { runPath } from '../paths'
import { classNames } from '../class-names'
import { rareRefusals } from '../rare-refusals'
import { Dialog } from './dialog'
import { Refusal, useRequest } from './use-request'
import controls from './controls.module.css'
import dialog from './dialog.module.css'

/** Follows a run that was started elsewhere, then opens its page. */
export function FollowDialog({ onClose }: { onClose: () => void }) {
  const router = useRouter()
  const [runId, setRunId] = useState('')
  const { busy, refusal, send } = useRequest()
  const follow = (event: SubmitEvent) => {
    event.preventDefault()
    const id = runId.trim()
    send(
      followRun(id),
      () => {
        say({ text: `${shownName(id)} is followed from now on.` })
        router.push(runPath(id))
      },
      status => (status === 404 ? rareRefusals.unknownToBackend(id) : null),
    )
  }

  return (
    <Dialog title="Add a run by id" onClose={onClose}>
      <form onSubmit={follow}>
        <label className={controls.field}>
          <span>
            Run id <span className="dim">as given when it was started</span>
          </span>
          <input
            data-first
            className={classNames('id', controls.input)}
            value={runId}
            onChange={event => setRunId(event.target.value)}
            placeholder="run-…"
            maxLength={200}
            autoComplete="off"
            spellCheck={false}
          />
        </label>
        <Refusal what="Not followed">{refusal}</Refusal>
        <footer className={dialog.foot}>
          <button className={controls.button} type="button" onClick={onClose}>
            Cancel
          </button>
          <button className={controls.primaryButton} type="submit" disabled={runId.trim() === '' || busy}>
            {busy ? 'Listening…' : 'Follow'}
          </button>
        </footer>
      </form>
    </Dialog>
  )
}
