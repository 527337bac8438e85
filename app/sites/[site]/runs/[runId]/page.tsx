import { notFound, redirect } from 'next/navigation'
import { getShown } from '../../../../../lib/server/site-accessor'
import { segmentText } from '../../../../path-segment'
import { runPath } from '../../../../paths'
import { queryOf, RunPage, type Query } from '../../../../run-page'

interface Props {
  params: Promise<{ site: string; runId: string }>
  searchParams: Promise<Query>
}

/** A run of one site. */
export default async function SiteRunPage({ params, searchParams }: Props) {
  const { site, runId: segment } = await params
  const runId = segmentText(segment)
  const query = await searchParams
  const hub = getShown().sites.get(site)
  if (hub === undefined || runId === null) notFound()
  // While nothing names sites, a run has one address.
  if (hub.site === null) redirect(`${runPath({ runId })}${queryOf(query)}`)
  return <RunPage hub={hub} runId={runId} query={query} />
}
