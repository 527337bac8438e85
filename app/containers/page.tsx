import { getHub } from '../../lib/server/hub-accessor'
import { ContainersView } from '../components/containers/containers-view'

/** The agents' containers, complete in the first HTML [SYNC-8]. */
export default async function ContainersPage() {
  return <ContainersView initial={await getHub().containers()} />
}
