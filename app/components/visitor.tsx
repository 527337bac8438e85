'use client'

import { createContext, useContext, type ReactNode } from 'react'
import { useToldRole } from '../../lib/client/live'
import type { Person } from '../../lib/server/request-context'

/** As on loopback without authentication, where nobody is asked who they are. */
const nobodyAsked: Person = { name: null, role: 'operator', canSignOut: false }

const Visitor = createContext(nobodyAsked)

/** Says to all that is inside who looks at the page. */
export function VisitorProvider({ person, children }: { person: Person; children: ReactNode }) {
  return <Visitor value={person}>{children}</Visitor>
}

/** As the page was rendered for, with the role that they have now. */
export function useVisitor(): Person {
  const rendered = useContext(Visitor)
  return { ...rendered, role: useToldRole() ?? rendered.role }
}

/** Whether to offer what only an operator may do: start, follow, stop. The server decides again [SAFE-3]. */
export const useIsOperator = (): boolean => useVisitor().role === 'operator'
