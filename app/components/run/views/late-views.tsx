import type { ReactNode } from 'react'
import { lateComponent } from '../../late-component'
import { runParts } from '../run-parts'
import type { View } from './view-names'
import type { ViewProps } from './view-props'

export interface ViewsProps extends Omit<ViewProps, 'tools'> {
  view: View
  onView: (view: View) => void
  /** What the server rendered in their place: it needs no code. */
  first: ReactNode
}

/** The tabs, and below them the view if it is not the table. */
export const LateViews = lateComponent<ViewsProps>(
  async () => (await runParts()).Views,
  ({ first }) => first,
)
