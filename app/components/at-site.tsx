'use client'

import { createContext, useContext, type ReactNode } from 'react'
import type { RunAt } from '../../lib/client/live'

const Here = createContext<string | undefined>(undefined)

/** Tells the components inside which site they belong to. */
export function AtSite({ site, children }: { site: string | undefined; children: ReactNode }) {
  return <Here value={site}>{children}</Here>
}

/** The site that the surrounding part of the page belongs to; undefined if nothing names sites, or it belongs to none. */
export const useSite = (): string | undefined => useContext(Here)

/** Makes the address of a run from its id: a run of the surrounding part's site. */
export function useRunAt(): (runId: string) => RunAt {
  const site = useSite()
  return runId => ({ runId, ...(site !== undefined && { site }) })
}
