'use client'

import { useRouter } from 'next/navigation'
import type { SubmitEvent } from 'react'
import { useState } from 'react'
import { followRun } from '../late-api'
import { shownName } from '../../lib/run/text/display-text'
import { say } from '../notice'
import { runPath } from '../paths'
import { classNames } from '../class-names'
import { rareRefusals } from '../rare-refusals'
import { Dialog } from './dialog'
import { SiteChoice, useChosenSite } from './site-choice'
import { Refusal, useRequest } from './use-request'
import controls from './controls.module.css'
import dialog from './dialog.module.css'

/** Follows a run that was started elsewhere, then opens its page. */
export function FollowDialog({ initialSite, onClose }: { initialSite?: string | undefined; onClose: () => void }) {
  const router = useRouter()
  const [runId, setRunId] = useState('')
  const chosen = useChosenSite(initialSite)
  const { site, isMissing } = chosen
  const { busy, refusal, send } = useRequest()
  const follow = (event: SubmitEvent) => {
    event.preventDefault()
    const id = runId.trim()
    const run = { runId: id, ...(site !== undefined && { site }) }
    send(
      followRun(run),
      () => {
        say({ text: `${shownName(id)} is followed from now on.` })
        router.push(runPath(run))
      },
      status => (status === 404 ? rareRefusals.unknownToBackend(id) : null),
    )
  }

  return (
    <Dialog title="Add a run by id" onClose={onClose}>
      <form onSubmit={follow}>
        <SiteChoice {...chosen} />
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
          <button className={controls.primaryButton} type="submit" disabled={runId.trim() === '' || isMissing || busy}>
            {busy ? 'Listening…' : 'Follow'}
          </button>
        </footer>
      </form>
    </Dialog>
  )
}
