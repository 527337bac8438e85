import { notFound } from 'next/navigation'
import type { HubApi } from '../lib/hub/api'
import { SpecView } from './components/specs/spec-view'
import { specPath } from './paths'

/** One spec of a site, its plan and its runs, complete in the first HTML [SYNC-8]. */
export async function SpecPage({ hub, spec: name, batch }: { hub: HubApi; spec: string | null; batch: unknown }) {
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
