import type { ReactNode } from 'react'
import { FrozenTime } from '../../lib/client/live'
import type { Finding } from '../../lib/run/model'

/** What a finding says: while it is only last known, no time passes for it [PAGE-18.1]. */
export function KnownThen({ finding, children }: { finding: Finding | undefined; children: ReactNode }) {
  if (finding?.knownAt === undefined) return children
  return <FrozenTime at={Date.parse(finding.knownAt)}>{children}</FrozenTime>
}
