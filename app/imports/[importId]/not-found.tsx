import { getShown } from '../../../lib/server/site-accessor'
import { UnknownImport } from '../../components/unknown-import'

/** Says that this import does not exist, as far as the imports have been read. */
export default function ImportNotFound() {
  return <UnknownImport unread={getShown().imports.unread} />
}
