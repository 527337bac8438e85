import { AppShell } from './app-shell'
import styles from './notice.module.css'

/** The page of a person whose token is good for none of the sites here [SITE-6]. */
export function NoSite() {
  return (
    <AppShell>
      <title>No site</title>
      <main id="main" className={styles.notice}>
        <h1>No site is shown to you</h1>
        <p>Your token is good for none of the sites of this dashboard. Ask whoever runs this server for another one.</p>
      </main>
    </AppShell>
  )
}
