import Link from 'next/link'
import { AppShell } from './components/app-shell'
import { pageRefusals } from './refusals'

export default function NotFound() {
  return (
    <AppShell>
      <title>No such page</title>
      <main id="main" className="notice">
        <h1>There is no page here</h1>
        <p>{pageRefusals.unknownPage()}</p>
        <p className="actions">
          <Link className="button primary" href="/">
            Go to the fleet
          </Link>
        </p>
      </main>
    </AppShell>
  )
}
