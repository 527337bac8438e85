import Link from 'next/link'
import { getHub } from '../../../lib/server/hub-accessor'
import { Frame } from '../../components/frame'
import { nothingTexts } from '../../nothing'

/** No import has that name, or it was removed; after a restart it may not have been read yet. */
export default async function ImportNotFound() {
  const { importsUnread } = await getHub().fleet()
  return (
    <Frame>
      <title>Unknown import</title>
      <main id="main" className="notice">
        <h1>{importsUnread ? 'This import is not known yet' : 'There is no such import'}</h1>
        {importsUnread && <p>{nothingTexts.imports[importsUnread]} Reload this page.</p>}
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
