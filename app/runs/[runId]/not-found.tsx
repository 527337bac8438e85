'use client'

import { useParams } from 'next/navigation'
import { UnknownRun } from '../../components/unknown-run'

/** The page for a run id that is not followed here. */
export default function RunNotFound() {
  const { runId } = useParams<{ runId: string }>()
  return <UnknownRun segment={runId} />
}
