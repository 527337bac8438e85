import { getShown } from '../lib/server/site-accessor'
import { FleetView } from './components/fleet/fleet-view'
import { filtersOf } from './components/fleet/history-filters'

interface Props {
  searchParams: Promise<Record<string, string | string[] | undefined>>
}

/** The fleet of all sites, complete in the first HTML [SYNC-8], with the filters of its address [FLEET-4.1]. */
export default async function FleetPage({ searchParams }: Props) {
  const initial = await Promise.all(getShown().sites.hubs.map(hub => hub.fleet()))
  return <FleetView initial={initial} filters={filtersOf(await searchParams)} />
}
