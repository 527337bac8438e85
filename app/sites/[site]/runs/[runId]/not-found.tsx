'use client'

import { useParams } from 'next/navigation'
import { UnknownRun } from '../../../../components/unknown-run'

/** The page for a run id that is not followed at this site. */
export default function SiteRunNotFound() {
  const { site, runId } = useParams<{ site: string; runId: string }>()
  return <UnknownRun segment={runId} site={site} />
}
