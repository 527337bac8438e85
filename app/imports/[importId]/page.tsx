import { notFound } from 'next/navigation'
import { getShown } from '../../../lib/server/site-accessor'
import { RunView } from '../../components/run/run-view'
import { openedByItself } from '../../components/run/summary/run-end'
import { SummaryBlock } from '../../components/run/summary/summary-block'
import { stateOf } from '../../components/run/table-places'
import { FirstViews } from '../../components/run/views/first-views'
import { viewOf } from '../../components/run/views/view-names'

interface Props {
  params: Promise<{ importId: string }>
  searchParams: Promise<Record<string, string | string[] | undefined>>
}

/** A run from an imported recording, as it was at the export [IMP-2]. */
export default async function ImportPage({ params, searchParams }: Props) {
  const { importId } = await params
  const { batch, view: asked, line, state } = await searchParams
  const view = viewOf(asked)
  const snapshot = await getShown().imports.snapshot(importId)
  if (snapshot === undefined) notFound()
  const own = batch === undefined && line === undefined ? openedByItself(snapshot) : null
  const batchId = typeof batch === 'string' ? batch : own
  const first = <FirstViews run={snapshot} view={view} kept={{ batch: batchId, state: stateOf(state) }} />
  return (
    <RunView
      key={importId}
      initial={snapshot}
      batchId={batchId}
      isOwnBatch={own !== null || line !== undefined}
      firstView={view}
      firstViews={first}
      firstState={stateOf(state)}
      firstSummary={<SummaryBlock run={snapshot} />}
    />
  )
}
