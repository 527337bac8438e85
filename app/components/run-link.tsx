'use client'

import Link, { useLinkStatus } from 'next/link'
import type { ReactNode } from 'react'
import { runPath } from '../paths'
import styles from './run-link.module.css'

interface Props {
  runId: string
  /** The batch to open on that page. */
  batchId?: string | null
  className?: string | undefined
  children: ReactNode
}

/**
 * A link to a run. It is not prefetched: a list holds many links, and prefetched numbers would be outdated at the click. The link
 * itself shows that its page is loading: a loading placeholder would be the page's first HTML, and that must hold the right numbers
 * [SYNC-8].
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
  return pending && <span className={styles.opening}>opening…</span>
}
