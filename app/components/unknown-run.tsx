'use client'

import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { followRun } from '../api'
import { Frame } from './frame'

/** Offers to follow a run that this server does not know: it may well run. */
export function UnknownRun({ segment }: { segment: string }) {
  const router = useRouter()
  const [busy, setBusy] = useState(false)
  const [refusal, setRefusal] = useState<string | null>(null)
  const runId = textOf(segment)
  const follow = async () => {
    setBusy(true)
    setRefusal(null)
    const answer = await followRun(runId)
    if (answer.ok) router.refresh()
    else setRefusal(answer.status === 404 ? 'The backend does not know it either. Check the id.' : answer.error)
    setBusy(false)
  }
  return (
    <Frame>
      <title>Unknown run</title>
      <main id="main" className="notice">
        <h1>This run is not followed here</h1>
        <p>
          <span className="id">{runId}</span> may have been started elsewhere, or was over long ago. If the backend
          knows it, this page can follow it.
        </p>
        {refusal !== null && (
          <p className="refusal" role="alert">
            <b>Not followed.</b> {refusal}
          </p>
        )}
        <p className="actions">
          <button className="button primary" type="button" disabled={busy} onClick={() => void follow()}>
            {busy ? 'Listening…' : 'Follow this run'}
          </button>
          <Link className="button" href="/">
            Go to the fleet
          </Link>
        </p>
      </main>
    </Frame>
  )
}

/** What the address calls the run; as it stands where it is no valid encoding. */
function textOf(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
