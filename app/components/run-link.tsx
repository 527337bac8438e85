'use client'

import Link, { useLinkStatus } from 'next/link'
import type { ReactNode } from 'react'
import { runPath } from '../api'

interface Props {
  runId: string
  /** The batch that is to be open there. */
  batchId?: string | null
  className?: string
  children: ReactNode
}

/**
 * A link to a run. Not prefetched: a list holds many, and what they showed would be old when one is followed. It says
 * itself that its page is on its way, because a stand-in for the page would be its first HTML, and that must hold the
 * right numbers [SYNC-8].
 */
export function RunLink({ runId, batchId = null, className, children }: Props) {
  return (
    <Link className={className} href={runPath(runId, batchId)} prefetch={false}>
      {children}
      <Opening />
    </Link>
  )
}

function Opening() {
  const { pending } = useLinkStatus()
  return pending && <span className="opening">opening…</span>
}
