import type { KeyboardEvent, MouseEvent } from 'react'
import { viewLabels, viewQuery, views, type Kept, type View } from './view-names'
import styles from './views.module.css'

/** The id of the tab of a view, which labels the panel. */
export const tabId = (view: View): string => `view-${view}`
/** The id of the panel that the tabs control. */
export const PANEL = 'view'

interface Props {
  view: View
  /** What stays as it is in the other views. */
  kept: Kept
  onClick?: (event: MouseEvent<HTMLElement>) => void
  onKeyDown?: (event: KeyboardEvent<HTMLElement>) => void
}

/** The tabs of the views. They are links, so they also work before the code of the page is loaded, and without it. */
export function ViewTabs({ view, kept, onClick, onKeyDown }: Props) {
  return (
    <div className={styles.tabs} role="tablist" aria-label="Views of the batches">
      {views.map(name => (
        <a
          key={name}
          id={tabId(name)}
          role="tab"
          href={viewQuery(name, kept) || '?'}
          data-view={name}
          aria-selected={name === view}
          aria-controls={name === view ? PANEL : undefined}
          tabIndex={name === view ? undefined : -1}
          onClick={onClick}
          onKeyDown={onKeyDown}
        >
          {viewLabels[name]}
        </a>
      ))}
    </div>
  )
}
