import { redirect } from 'next/navigation'
import { getShown } from '../../../lib/server/site-accessor'
import { segmentText } from '../../path-segment'
import { specPath } from '../../paths'
import { SpecPage } from '../../spec-page'

interface Props {
  params: Promise<{ spec: string }>
  searchParams: Promise<Record<string, string | string[] | undefined>>
}

/** A spec by its name alone. Where sites have names, several may have the spec: the list of specs shows which [SITE-5]. */
export default async function SpecByNamePage({ params, searchParams }: Props) {
  const spec = segmentText((await params).spec)
  const { only } = getShown().sites
  if (only === undefined) redirect('/specs')
  const path = spec === null ? null : specPath(spec, only.site ?? undefined)
  if (only.site !== null) redirect(path ?? '/specs')
  return <SpecPage hub={only} spec={spec} batch={(await searchParams)['batch']} />
}
