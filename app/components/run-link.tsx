'use client'

import Link, { useLinkStatus } from 'next/link'
import type { ReactNode } from 'react'
import { runPath } from '../api'

/**
 * A link to a run. Not prefetched: a list holds many, and what they showed would be old when one is followed. It says
 * itself that its page is on its way, because a stand-in for the page would be its first HTML, and that must hold the
 * right numbers [SYNC-8].
 */
export function RunLink({ runId, className, children }: { runId: string; className?: string; children: ReactNode }) {
  return (
    <Link className={className} href={runPath(runId)} prefetch={false}>
      {children}
      <Opening />
    </Link>
  )
}

function Opening() {
  const { pending } = useLinkStatus()
  return pending && <span className="opening">opening…</span>
}
