'use client'

import Link from 'next/link'
import { Frame } from './components/frame'
import { pageRefusals } from './refusals'

/** A page that could not be rendered: what is, and the next step. Details are in the server's log. */
export default function ErrorPage({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <Frame>
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
          <Link className="button" href="/">
            Go to the fleet
          </Link>
        </p>
      </main>
    </Frame>
  )
}
