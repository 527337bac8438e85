'use client'

import Link from 'next/link'
import { useParams } from 'next/navigation'
import type { Fleet } from '../../lib/run/model'
import { nothingTexts } from '../nothing'
import { rareRefusals } from '../rare-refusals'
import { AppShell } from './app-shell'
import { Name } from './outside'
import controls from './controls.module.css'
import styles from './notice.module.css'

/** The page for an import id that does not exist, was removed, or has not been read yet after a restart. */
export function UnknownImport({ unread }: { unread: Fleet['importsUnread'] }) {
  const { importId } = useParams()
  return (
    <AppShell>
      <title>Unknown import</title>
      <main id="main" className={styles.notice}>
        <h1>{unread ? 'This import is not known yet' : 'There is no such import'}</h1>
        {unread && <p>{nothingTexts.imports[unread]} Reload this page.</p>}
        {typeof importId === 'string' && (
          <p className="id">
            <Name text={importId} />
          </p>
        )}
        <p>{rareRefusals.unknownImport()}</p>
        <p className={controls.actions}>
          <Link className={controls.primaryButton} href="/">
            Go to the fleet
          </Link>
        </p>
      </main>
    </AppShell>
  )
}
