'use client'

import Link from 'next/link'
import { pageRefusals } from '../refusals'

/** What failed may surround every page, and would still be there. */
function loadAnew(navigation: { preventDefault: () => void }): void {
  navigation.preventDefault()
  window.location.assign(new URL('/', window.location.href))
}

interface Props {
  /** What could not be rendered; `digest` finds it in the server's log. */
  error: Error & { digest?: string }
  reset: () => void
}

/** A page that could not be rendered: what is, and the next step. Details are in the server's log. */
export function PageFailed({ error, reset }: Props) {
  return (
    <>
      <title>Page failed</title>
      <main id="main" className="notice">
        <h1>This page can’t be shown</h1>
        <p>
          {pageRefusals.pageFailed()}
          {error.digest !== undefined && (
            <>
              {' '}
              for <span className="id">{error.digest}</span>
            </>
          )}
          .
        </p>
        <p className="actions">
          <button className="button primary" type="button" onClick={reset}>
            Try again
          </button>
          <Link className="button" href="/" onNavigate={loadAnew}>
            Go to the fleet
          </Link>
        </p>
      </main>
    </>
  )
}
