import type { HubApi } from '../../lib/hub/api'
import { getShown } from '../../lib/server/site-accessor'
import { SpecsView } from '../components/specs/specs-view'

/** Every spec with its last runs, complete in the first HTML [SYNC-8]. */
export default async function SpecsPage() {
  return <SpecsView initial={await Promise.all(getShown().sites.hubs.map(partOf))} />
}

async function partOf(hub: HubApi) {
  const [overview, fleet] = await Promise.all([hub.specOverview(), hub.fleet()])
  return { overview, fleet: { ...fleet, findings: [], imports: [], runs: [] } }
}
