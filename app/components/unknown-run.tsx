'use client'

import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { followRun } from '../api'
import { pageRefusals } from '../refusals'
import { AppShell } from './app-shell'
import { Name } from './outside'
import { Refusal, useRequest } from './use-request'
import { useIsOperator } from './visitor'
import controls from './controls.module.css'
import styles from './notice.module.css'

/** Offers to follow a run that this server does not know, because the backend may be running it. */
export function UnknownRun({ segment }: { segment: string }) {
  const router = useRouter()
  const { busy, refusal, send } = useRequest()
  const isOperator = useIsOperator()
  const runId = textOf(segment)
  const follow = () =>
    send(
      followRun(runId),
      () => router.refresh(),
      status => (status === 404 ? pageRefusals.unknownToBackend(runId) : null),
    )
  return (
    <AppShell>
      <title>Unknown run</title>
      <main id="main" className={styles.notice}>
        <h1>This run is not followed here</h1>
        <p className="id">
          <Name text={runId} />
        </p>
        <p>{pageRefusals.unknownRun(isOperator)}</p>
        <Refusal what="Not followed" inline>
          {refusal}
        </Refusal>
        <p className={controls.actions}>
          {isOperator && (
            <button className={controls.primaryButton} type="button" disabled={busy} onClick={follow}>
              {busy ? 'Listening…' : 'Follow this run'}
            </button>
          )}
          <Link className={controls.button} href="/">
            Go to the fleet
          </Link>
        </p>
      </main>
    </AppShell>
  )
}

/** The run id in the address; the raw segment if it is not a valid encoding. */
function textOf(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
