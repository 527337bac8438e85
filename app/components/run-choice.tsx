import Link from 'next/link'
import { runPath } from '../paths'
import { AppShell } from './app-shell'
import { Name } from './outside'
import styles from './notice.module.css'

/** Leads to the run that a reader means, where several sites have a run of one id [SITE-5]. */
export function RunChoice({ runId, sites, query }: { runId: string; sites: readonly string[]; query: string }) {
  return (
    <AppShell>
      <title>Which run?</title>
      <main id="main" className={styles.notice}>
        <h1>Several sites have a run of this id</h1>
        <p className="id">
          <Name text={runId} />
        </p>
        <ul data-testid="run-choice">
          {sites.map(site => (
            <li key={site}>
              <Link href={`${runPath({ runId, site })}${query}`} prefetch={false}>
                The one at {site}
              </Link>
            </li>
          ))}
        </ul>
      </main>
    </AppShell>
  )
}
