import { notFound } from 'next/navigation'
import { getHub } from '../../../lib/server/hub-accessor'
import { segmentText } from '../../path-segment'
import { specPath } from '../../paths'
import { SpecView } from '../../components/specs/spec-view'

interface Props {
  params: Promise<{ spec: string }>
  searchParams: Promise<Record<string, string | string[] | undefined>>
}

/** One spec, its plan and its runs, complete in the first HTML [SYNC-8]. */
export default async function SpecPage({ params, searchParams }: Props) {
  const { batch } = await searchParams
  const name = segmentText((await params).spec)
  const hub = getHub()
  const [spec, fleet] = await Promise.all([
    name === null || specPath(name) === null ? undefined : hub.specRuns(name),
    hub.fleet(),
  ])
  if (spec === undefined) notFound()
  return (
    <SpecView
      key={spec.spec}
      initial={spec}
      fleet={{ ...fleet, findings: [], imports: [], runs: [] }}
      batchId={typeof batch === 'string' ? batch : null}
    />
  )
}
