'use client'

import { createContext, useContext, type ReactNode } from 'react'
import { useToldRole } from '../../lib/client/live'
import type { Person } from '../../lib/server/request-context'

/** The person on loopback without authentication, where no sign-in is required. */
const nobodyAsked: Person = { name: null, role: 'operator', canSignOut: false }

const Visitor = createContext(nobodyAsked)

/** Provides the person who looks at the page to everything inside. */
export function VisitorProvider({ person, children }: { person: Person; children: ReactNode }) {
  return <Visitor value={person}>{children}</Visitor>
}

/** The person for whom the page was rendered, with their current role. */
export function useVisitor(): Person {
  const rendered = useContext(Visitor)
  return { ...rendered, role: useToldRole() ?? rendered.role }
}

/** Whether to offer what only an operator may do. The server checks the role again [SAFE-3]. */
export const useIsOperator = (): boolean => useVisitor().role === 'operator'
