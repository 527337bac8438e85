import { getHub } from '../lib/server/hub-accessor'
import { FleetView } from './components/fleet/fleet-view'

/** The fleet, complete in the first HTML [SYNC-8]. */
export default async function FleetPage() {
  return <FleetView initial={await getHub().fleet()} />
}
