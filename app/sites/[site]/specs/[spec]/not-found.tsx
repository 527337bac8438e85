'use client'

import { useParams } from 'next/navigation'
import { UnknownSpec } from '../../../../components/specs/unknown-spec'

/** The page for a spec that neither the backend nor any run knows. */
export default function SpecNotFound() {
  const { spec } = useParams<{ spec: string }>()
  return <UnknownSpec segment={spec} />
}
