import Link from 'next/link'
import type { Fleet } from '../../lib/run/model'
import { nothingTexts } from '../nothing'
import { Frame } from './frame'

/** No import has that name, or it was removed; after a restart it may not have been read yet. */
export function UnknownImport({ unread }: { unread: Fleet['importsUnread'] }) {
  return (
    <Frame>
      <title>Unknown import</title>
      <main id="main" className="notice">
        <h1>{unread ? 'This import is not known yet' : 'There is no such import'}</h1>
        {unread && <p>{nothingTexts.imports[unread]} Reload this page.</p>}
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
