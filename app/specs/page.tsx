import { getHub } from '../../lib/server/hub-accessor'
import { SpecsView } from '../components/specs/specs-view'

/** Every spec with its last runs, complete in the first HTML [SYNC-8]. */
export default async function SpecsPage() {
  const [overview, fleet] = await Promise.all([getHub().specOverview(), getHub().fleet()])
  return <SpecsView initial={overview} fleet={{ ...fleet, findings: [], imports: [], runs: [] }} />
}
