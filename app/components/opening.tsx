'use client'

import { useLinkStatus } from 'next/link'

/**
 * Inside a link: says that the page behind it is on its way. There is no loading page, because its stand-in would be
 * the first HTML, and that must hold the right numbers [SYNC-8].
 */
export function Opening() {
  const { pending } = useLinkStatus()
  return pending && <span className="opening">opening…</span>
}
