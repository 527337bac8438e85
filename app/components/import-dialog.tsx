import { useRouter } from 'next/navigation'
import type { SubmitEvent } from 'react'
import { useState } from 'react'
import { importRecording } from '../late-api'
import { shownName } from '../../lib/run/text/display-text'
import { say } from '../notice'
import { importPath } from '../paths'
import { classNames } from '../class-names'
import { Dialog } from './dialog'
import { Name } from './outside'
import { Refusal, useRequest } from './use-request'
import controls from './controls.module.css'
import dialog from './dialog.module.css'
import styles from './import-dialog.module.css'

/** Uploads an exported recording, from this or another dashboard, then opens its page. */
export function ImportDialog({ onClose }: { onClose: () => void }) {
  const router = useRouter()
  const [file, setFile] = useState<File | null>(null)
  const { busy, refusal, send } = useRequest()
  const bring = (event: SubmitEvent) => {
    event.preventDefault()
    if (!file) return
    send(importRecording(file), importId => {
      say({ text: `${shownName(file.name)} was imported.` })
      router.push(importPath(importId))
    })
  }
  return (
    <Dialog title="Import a recording" onClose={onClose}>
      <form onSubmit={bring}>
        <p className={dialog.text}>
          A recording that was exported from a run, on this dashboard or any other. It is shown as it was then, apart
          from the runs that are followed here, for everybody who sees this dashboard.
        </p>
        <label className={classNames(controls.field, styles.file)}>
          <span>
            File <span className="dim">as exported, .jsonl</span>
          </span>
          <input
            data-first
            className={controls.input}
            type="file"
            accept=".jsonl,application/x-ndjson"
            onChange={event => setFile(event.target.files?.[0] ?? null)}
          />
        </label>
        {/* The input itself shortens a long file name. */}
        {file !== null && (
          <p className={classNames('id', dialog.text, styles.fileName)}>
            <Name text={file.name} />
          </p>
        )}
        <Refusal what="Not imported">{refusal}</Refusal>
        <footer className={dialog.foot}>
          <button className={controls.button} type="button" onClick={onClose}>
            Cancel
          </button>
          <button className={controls.primaryButton} type="submit" disabled={file === null || busy}>
            {busy ? 'Importing…' : 'Import'}
          </button>
        </footer>
      </form>
    </Dialog>
  )
}
