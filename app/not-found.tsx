import Link from 'next/link'
import { AppShell } from './components/app-shell'
import { rareRefusals } from './rare-refusals'
import controls from './components/controls.module.css'
import notice from './components/notice.module.css'

export default function NotFound() {
  return (
    <AppShell>
      <title>No such page</title>
      <main id="main" className={notice.notice}>
        <h1>There is no page here</h1>
        <p>{rareRefusals.unknownPage()}</p>
        <p className={controls.actions}>
          <Link className={controls.primaryButton} href="/">
            Go to the fleet
          </Link>
        </p>
      </main>
    </AppShell>
  )
}
