'use client'

import Link, { useLinkStatus } from 'next/link'
import type { ReactNode } from 'react'
import type { RunAt } from '../../lib/client/live'
import { runPath } from '../paths'
import styles from './run-link.module.css'

interface Props {
  run: RunAt
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
export function RunLink({ run, batchId = null, className, children }: Props) {
  return (
    <Link className={className} href={runPath(run, batchId)} prefetch={false}>
      {children}
      <Opening />
    </Link>
  )
}

function Opening() {
  const { pending } = useLinkStatus()
  return pending && <span className={styles.opening}>opening…</span>
}
