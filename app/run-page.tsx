import { notFound, redirect } from 'next/navigation'
import type { HubApi } from '../lib/hub/api'
import type { Snapshot } from '../lib/run/model'
import { momentOf } from './components/run/moment/moments'
import { RunView } from './components/run/run-view'
import { openedByItself } from './components/run/summary/run-end'
import { SummaryBlock } from './components/run/summary/summary-block'
import { stateOf } from './components/run/table-places'
import { FirstViews } from './components/run/views/first-views'
import { viewOf } from './components/run/views/view-names'
import { runPath } from './paths'

export type Query = Record<string, string | string[] | undefined>

/** One run of a site, with the right numbers in the first HTML [SYNC-8]. A run that got another id keeps its old address [RUN-13]. */
export async function RunPage({ hub, runId, query }: { hub: HubApi; runId: string | null; query: Query }) {
  const { batch, view: asked, at, line, state } = query
  const view = viewOf(asked)
  const snapshot = runId === null ? undefined : await hub.snapshot(runId)
  if (runId === null || snapshot === undefined) notFound()
  if (snapshot.runId !== runId) redirect(`${runPath(snapshot)}${queryOf(query)}`)
  const past = await pastOf(hub, runId, momentOf(at))
  const shown = past ?? snapshot
  const own = batch === undefined && line === undefined ? openedByItself(shown) : null
  const batchId = typeof batch === 'string' ? batch : own
  const first = (
    <FirstViews run={shown} view={view} kept={{ batch: batchId, state: stateOf(state), at: past?.now ?? null }} />
  )
  return (
    <RunView
      key={snapshot.runId}
      initial={snapshot}
      batchId={batchId}
      isOwnBatch={own !== null || line !== undefined}
      firstView={view}
      firstViews={first}
      firstPast={past}
      firstState={stateOf(state)}
      firstSummary={<SummaryBlock run={shown} at={past?.now ?? null} />}
    />
  )
}

/** The query as it was asked for. */
export function queryOf(asked: Query): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(asked)) if (typeof value === 'string') query.set(name, value)
  return query.size === 0 ? '' : `?${query.toString()}`
}

/** The run at that moment; null if none is asked for, or it can't be shown: then the page shows the present [PAGE-10.2]. */
async function pastOf(hub: HubApi, runId: string, moment: number | null): Promise<Snapshot | null> {
  if (moment === null) return null
  try {
    return (await hub.past(runId, moment)) ?? null
  } catch (error) {
    // Not by its class: the hub is of another bundle than this page.
    if (error instanceof Error && error.name === 'HubError') return null
    throw error
  }
}
