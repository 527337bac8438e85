import type { ReactNode } from 'react'
import { FrozenTime } from '../../lib/client/live'
import type { Finding } from '../../lib/run/model'

/** Stops the clock for what a finding says while the finding is only last known [PAGE-18.1]. */
export function KnownThen({ finding, children }: { finding: Finding | undefined; children: ReactNode }) {
  if (finding?.knownAt === undefined) return children
  return <FrozenTime at={Date.parse(finding.knownAt)}>{children}</FrozenTime>
}
