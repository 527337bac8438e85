import { notFound } from 'next/navigation'
import { getHub } from '../../../lib/server/hub-accessor'
import { RunView } from '../../components/run/run-view'

interface Props {
  params: Promise<{ importId: string }>
  searchParams: Promise<Record<string, string | string[] | undefined>>
}

/** A run from an imported recording, as it was at the export [IMP-2]. */
export default async function ImportPage({ params, searchParams }: Props) {
  const { importId } = await params
  const { batch } = await searchParams
  const snapshot = await getHub().imports.snapshot(importId)
  if (snapshot === undefined) notFound()
  return <RunView key={importId} initial={snapshot} batchId={typeof batch === 'string' ? batch : null} />
}
