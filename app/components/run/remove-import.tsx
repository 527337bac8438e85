import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { removeImport } from '../../late-api'
import { recordingToKeep } from '../../late-api'
import { say } from '../../notice'
import { restoredImport } from './restored-import'
import { Dialog } from '../dialog'
import { Refusal, useRequest } from '../use-request'
import { useIsOperator } from '../visitor'
import controls from '../controls.module.css'
import dialog from '../dialog.module.css'

/** Removes an import, once an operator has confirmed it. */
export function RemoveImport({ importId }: { importId: string }) {
  const [removing, setRemoving] = useState(false)
  if (!useIsOperator()) return null
  return (
    <>
      <button className={controls.button} type="button" onClick={() => setRemoving(true)}>
        Remove…
      </button>
      {removing && <RemoveDialog importId={importId} onClose={() => setRemoving(false)} />}
    </>
  )
}

function RemoveDialog({ importId, onClose }: { importId: string; onClose: () => void }) {
  const router = useRouter()
  const { busy, refusal, send } = useRequest()
  const remove = async () => {
    // The way back: whatever keeps it from being read shows in the removal itself, or leaves that without one.
    const kept = await recordingToKeep(importId)
    const answer = await removeImport(importId)
    if (answer.ok) say({ text: 'The import was removed.', ...(kept && { undo: () => restoredImport(kept) }) })
    return answer
  }
  return (
    <Dialog title="Remove this import?" onClose={onClose}>
      <p className={dialog.text}>
        It goes for everybody who sees this dashboard. Whoever has the exported file can import it again.
      </p>
      <Refusal what="Not removed">{refusal}</Refusal>
      <footer className={dialog.foot}>
        <button className={controls.button} type="button" data-first onClick={onClose}>
          Keep it
        </button>
        <button
          className={controls.primaryButton}
          type="button"
          disabled={busy}
          onClick={() => send(remove(), () => router.push('/'))}
        >
          {busy ? 'Removing…' : 'Remove'}
        </button>
      </footer>
    </Dialog>
  )
}
