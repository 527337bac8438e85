import type { HubApi } from '../../lib/hub/api'
import { getShown } from '../../lib/server/site-accessor'
import { ContainersView } from '../components/containers/containers-view'

/** The agents' containers, complete in the first HTML [SYNC-8]. */
export default async function ContainersPage() {
  return <ContainersView initial={await Promise.all(getShown().sites.hubs.map(partOf))} />
}

async function partOf(hub: HubApi) {
  const [list, fleet] = await Promise.all([hub.containers(), hub.fleet()])
  // Of the runs only the names of those that have a container are needed.
  const named = new Set(list.containers.map(({ runId }) => runId))
  const runs = fleet.runs.filter(({ runId }) => named.has(runId))
  return { list, fleet: { ...fleet, findings: [], imports: [], runs } }
}
