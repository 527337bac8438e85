'use client'

import Link from 'next/link'
import { pageRefusals } from '../refusals'
import controls from './controls.module.css'
import styles from './notice.module.css'

/** Loads the whole document: a soft navigation would keep the failed frame. */
function loadAnew(navigation: { preventDefault: () => void }): void {
  navigation.preventDefault()
  window.location.assign(new URL('/', window.location.href))
}

interface Props {
  /** The error of the rendering; the server's log contains its `digest`. */
  error: Error & { digest?: string }
  reset: () => void
}

/** A page that could not be rendered: what happened, and the next step. The server's log has the details. */
export function PageFailed({ error, reset }: Props) {
  return (
    <>
      <title>Page failed</title>
      <main id="main" className={styles.notice}>
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
        <p className={controls.actions}>
          <button className={controls.primaryButton} type="button" onClick={reset}>
            Try again
          </button>
          <Link className={controls.button} href="/" onNavigate={loadAnew}>
            Go to the fleet
          </Link>
        </p>
      </main>
    </>
  )
}
