'use client'

import Link from 'next/link'
import { segmentText } from '../path-segment'
import { pageRefusals } from '../refusals'
import { AppShell } from './app-shell'
import { lateComponent } from './late-component'
import { Name } from './outside'
import { useIsOperator } from './visitor'
import controls from './controls.module.css'
import styles from './notice.module.css'

/** Late, because the first HTML of every run refers to the script of this page [PAGE-4.1]. */
const FollowHere = lateComponent(async () => (await import('./follow-here')).FollowHere)

/** Offers to follow a run that this server does not know, because the backend may be running it. */
export function UnknownRun({ segment, site }: { segment: string; site?: string }) {
  const isOperator = useIsOperator()
  const runId = segmentText(segment) ?? segment
  return (
    <AppShell>
      <title>Unknown run</title>
      <main id="main" className={styles.notice}>
        <h1>This run is not followed here</h1>
        <p className="id">
          <Name text={runId} />
        </p>
        <p>{pageRefusals.unknownRun(isOperator)}</p>
        {isOperator && <FollowHere runId={runId} site={site} />}
        <p className={controls.actions}>
          <Link className={controls.button} href="/">
            Go to the fleet
          </Link>
        </p>
      </main>
    </AppShell>
  )
}
