import Link from 'next/link'
import { Frame } from './components/frame'

export default function NotFound() {
  return (
    <Frame>
      <title>No such page</title>
      <main id="main" className="notice">
        <h1>There is no page here</h1>
        <p>Runs are at /runs/ and their id. The fleet lists those that are known.</p>
        <p className="actions">
          <Link className="button primary" href="/">
            Go to the fleet
          </Link>
        </p>
      </main>
    </Frame>
  )
}
