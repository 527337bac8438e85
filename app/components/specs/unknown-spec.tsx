'use client'

import Link from 'next/link'
import { segmentText } from '../../path-segment'
import { rareRefusals } from '../../rare-refusals'
import { AppShell } from '../app-shell'
import { Name } from '../outside'
import controls from '../controls.module.css'
import styles from '../notice.module.css'

/** Says that neither the backend nor any run knows the spec of this address. */
export function UnknownSpec({ segment }: { segment: string }) {
  return (
    <AppShell here="specs">
      <title>Unknown spec</title>
      <main id="main" className={styles.notice}>
        <h1>There is no such spec</h1>
        <p className="id">
          <Name text={segmentText(segment) ?? segment} />
        </p>
        <p>{rareRefusals.unknownSpec()}</p>
        <p className={controls.actions}>
          <Link className={controls.primaryButton} href="/specs">
            Go to the specs
          </Link>
        </p>
      </main>
    </AppShell>
  )
}
