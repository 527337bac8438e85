'use client'

import { createContext, useContext, type ReactNode } from 'react'

const Names = createContext<readonly string[]>([])

/** Tells the parts of all pages which sites there are; none if only the default one is configured [SITE-3]. */
export function SitesProvider({ names, children }: { names: readonly string[]; children: ReactNode }) {
  return <Names value={names}>{children}</Names>
}

/** The names of the sites that the visitor may see; empty if nothing on the pages names a site. */
export const useSites = (): readonly string[] => useContext(Names)
