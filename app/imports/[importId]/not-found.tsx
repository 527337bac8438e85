import { getHub } from '../../../lib/server/hub-accessor'
import { UnknownImport } from '../../components/unknown-import'

/** Says that this import does not exist, as far as the imports have been read. */
export default async function ImportNotFound() {
  const { importsUnread } = await getHub().fleet()
  return <UnknownImport unread={importsUnread} />
}
