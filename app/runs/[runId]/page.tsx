import { notFound, redirect } from 'next/navigation'
import { getShown } from '../../../lib/server/site-accessor'
import { nameOf } from '../../../lib/sites/sites'
import { RunChoice } from '../../components/run-choice'
import { segmentText } from '../../path-segment'
import { runPath } from '../../paths'
import { queryOf, RunPage, type Query } from '../../run-page'

interface Props {
  params: Promise<{ runId: string }>
  searchParams: Promise<Query>
}

/** A run by its id alone. Where sites have names, it leads to the run's page, or to the choice if several have the id [SITE-5]. */
export default async function RunByIdPage({ params, searchParams }: Props) {
  const runId = segmentText((await params).runId)
  const query = await searchParams
  const { sites } = getShown()
  const { only } = sites
  if (only && only.site === null) return <RunPage hub={only} runId={runId} query={query} />
  const [first, ...others] = runId === null ? [] : sites.knowing(runId).map(nameOf)
  if (runId === null || first === undefined) notFound()
  if (others.length === 0) redirect(`${runPath({ runId, site: first })}${queryOf(query)}`)
  return <RunChoice runId={runId} sites={[first, ...others]} query={queryOf(query)} />
}
