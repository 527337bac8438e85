import Link from 'next/link'
import { Frame } from '../../components/frame'

/** No import has that name, or it was removed. */
export default function ImportNotFound() {
  return (
    <Frame>
      <title>Unknown import</title>
      <main id="main" className="notice">
        <h1>There is no such import</h1>
        <p>It may have been removed. Whoever has the exported file can import it again, on the fleet page.</p>
        <p className="actions">
          <Link className="button" href="/">
            Go to the fleet
          </Link>
        </p>
      </main>
    </Frame>
  )
}
