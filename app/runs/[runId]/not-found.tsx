'use client'

import { useParams } from 'next/navigation'
import { UnknownRun } from '../../components/unknown-run'

/** No run of that id is followed here. */
export default function RunNotFound() {
  const { runId } = useParams<{ runId: string }>()
  return <UnknownRun segment={runId} />
}
