import { getHub } from '../../lib/server/hub-accessor'
import { ContainersView } from '../components/containers/containers-view'

/** The agents' containers, complete in the first HTML [SYNC-8]. */
export default async function ContainersPage() {
  const [containers, fleet] = await Promise.all([getHub().containers(), getHub().fleet()])
  // Of the runs only the names of those that have a container are needed.
  const named = new Set(containers.containers.map(({ runId }) => runId))
  const runs = fleet.runs.filter(({ runId }) => named.has(runId))
  return <ContainersView initial={containers} fleet={{ ...fleet, findings: [], imports: [], runs }} />
}
