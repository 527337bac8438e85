import { notFound, redirect } from 'next/navigation'
import { getShown } from '../../../../../lib/server/site-accessor'
import { segmentText } from '../../../../path-segment'
import { specPath } from '../../../../paths'
import { SpecPage } from '../../../../spec-page'

interface Props {
  params: Promise<{ site: string; spec: string }>
  searchParams: Promise<Record<string, string | string[] | undefined>>
}

/** A spec of one site. */
export default async function SiteSpecPage({ params, searchParams }: Props) {
  const { site, spec: segment } = await params
  const spec = segmentText(segment)
  const hub = getShown().sites.get(site)
  if (hub === undefined) notFound()
  // While nothing names sites, a spec has one address.
  if (hub.site === null) redirect((spec === null ? null : specPath(spec)) ?? '/specs')
  return <SpecPage hub={hub} spec={spec} batch={(await searchParams)['batch']} />
}
