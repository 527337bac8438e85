import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import type { Imported, Snapshot } from '../../../lib/run/model'
import { isOver } from '../../../lib/run/is-over'
import { removeImport } from '../../api'
import { plural } from '../../labels'
import { Dialog } from '../dialog'
import { Name } from '../outside'
import { Age, ClockTime } from '../time'
import { Refusal, useRequest } from '../use-request'
import { useIsOperator } from '../visitor'
import { Banner } from '../banner'
import controls from '../controls.module.css'
import dialog from '../dialog.module.css'

/** Says that the page is not live, when the recording was made, and where it comes from [IMP-2]. */
export function ImportBanner({ run, imported, gone }: { run: Snapshot; imported: Imported; gone: boolean }) {
  const [removing, setRemoving] = useState(false)
  const isOperator = useIsOperator()
  return (
    <Banner
      testid="import-banner"
      glyph="l-off"
      note
      action={
        <>
          {gone ? (
            <Link className={controls.button} href="/">
              Fleet
            </Link>
          ) : (
            isOperator && (
              <button className={controls.button} type="button" onClick={() => setRemoving(true)}>
                Remove…
              </button>
            )
          )}
          {removing && <RemoveDialog importId={imported.id} onClose={() => setRemoving(false)} />}
        </>
      }
    >
      <b>{gone ? 'This import was removed.' : 'An imported recording; nothing here is live.'}</b> A run of{' '}
      <Name text={run.backend} />, as of <ClockTime at={imported.until} />, <Age since={imported.until} /> ago.{' '}
      {!isOver(run.status) && 'It may have gone on since. '}
      {imported.unread > 0 &&
        `${plural(imported.unread, 'line')} of the file could not be read: something may be missing here.`}
    </Banner>
  )
}

function RemoveDialog({ importId, onClose }: { importId: string; onClose: () => void }) {
  const router = useRouter()
  const { busy, refusal, send } = useRequest()
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
          onClick={() => send(removeImport(importId), () => router.push('/'))}
        >
          {busy ? 'Removing…' : 'Remove'}
        </button>
      </footer>
    </Dialog>
  )
}
