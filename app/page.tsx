import { getHub } from '../lib/server/hub-accessor'
import { FleetView } from './components/fleet/fleet-view'
import { filtersOf } from './components/fleet/history-filters'

interface Props {
  searchParams: Promise<Record<string, string | string[] | undefined>>
}

/** The fleet, complete in the first HTML [SYNC-8], with the filters of its address [FLEET-4.1]. */
export default async function FleetPage({ searchParams }: Props) {
  return <FleetView initial={await getHub().fleet()} filters={filtersOf(await searchParams)} />
}
