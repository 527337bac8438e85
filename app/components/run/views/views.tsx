import { useCallback, useEffect, useState, type ComponentType, type KeyboardEvent, type MouseEvent } from 'react'
import { useIsPast } from '../../../../lib/client/live'
import { replaceAddress } from '../../../address'
import { Compare } from '../compare/compare'
import { COMPARE_BUTTON, CompareButton } from '../compare/compare-button'
import { GraphView } from '../graph/graph-view'
import { Timeline } from '../timeline/timeline'
import type { ViewsProps } from './late-views'
import { shownAt, viewAfter, viewOf, type View } from './view-names'
import { useRowInView } from './use-row-in-view'
import type { ViewProps } from './view-props'
import { PANEL, tabId, ViewTabs } from './view-tabs'
import styles from './views.module.css'

/** The views beside the table, which the page itself renders. */
const others: Record<Exclude<View, 'table'>, ComponentType<ViewProps>> = {
  timeline: Timeline,
  graph: GraphView,
}

/** The run that the address compares this one with; undefined: none, or the server asks. */
function againstInAddress(): string | null | undefined {
  if (typeof window === 'undefined') return undefined
  return new URLSearchParams(window.location.search).get('against') ?? undefined
}

function writeAgainst(runId: string | null): void {
  const url = new URL(window.location.href)
  if (url.searchParams.get('against') === runId) return
  if (runId === null) url.searchParams.delete('against')
  else url.searchParams.set('against', runId)
  replaceAddress(url)
}

/** The tabs, and the view that is chosen; the table follows below. The address names the view [PAGE-5.2]. */
export function Views({ view, onView, first: _, ...props }: ViewsProps) {
  useRowInView(props.picked, view === 'table')
  const [tools, setTools] = useState<HTMLElement | null>(null)
  const [against, setAgainst] = useState(againstInAddress)
  useEffect(() => writeAgainst(against ?? null), [against])
  // An offer comes from an effect, which may run after the comparison was closed.
  const offer = useCallback((runId: string) => setAgainst(now => (now === null ? runId : now)), [])
  const endCompare = () => {
    setAgainst(undefined)
    document.getElementById(COMPARE_BUTTON)?.focus()
  }
  const onEscape = (event: KeyboardEvent<HTMLElement>) => {
    if (event.key !== 'Escape' || event.defaultPrevented || against === undefined) return
    // The page would close the open batch.
    event.preventDefault()
    endCompare()
  }
  const choose = (chosen: View) => {
    onView(chosen)
    const url = new URL(window.location.href)
    if (chosen === 'table') url.searchParams.delete('view')
    else url.searchParams.set('view', chosen)
    replaceAddress(url)
  }
  const onClick = (event: MouseEvent<HTMLElement>) => {
    // With these keys the browser opens the link elsewhere.
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    choose(viewOf(event.currentTarget.dataset['view']))
  }
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const chosen = viewAfter(view, event.key)
    if (chosen === null || event.metaKey || event.ctrlKey || event.altKey) return
    event.preventDefault()
    choose(chosen)
    document.getElementById(tabId(chosen))?.focus()
  }
  const isPast = useIsPast()
  const { picked, filter = null, run } = props
  const kept = { batch: picked, state: filter, at: shownAt(run, isPast) }
  const Other = view === 'table' ? null : others[view]
  return (
    <>
      <div className={styles.bar}>
        <ViewTabs view={view} kept={kept} onClick={onClick} onKeyDown={onKeyDown} />
        {props.run.spec !== null && (
          <CompareButton
            isOn={against !== undefined}
            onClick={() => setAgainst(against === undefined ? null : undefined)}
            onKeyDown={onEscape}
          />
        )}
        <div ref={setTools} className={styles.tools} />
      </div>
      {against !== undefined && (
        <Compare
          run={props.run}
          against={against}
          onOffer={offer}
          onAgainst={setAgainst}
          onClose={endCompare}
          onKeyDown={onEscape}
        />
      )}
      {Other && (
        <div className={styles.panel} id={PANEL} role="tabpanel" aria-labelledby={tabId(view)}>
          <Other {...props} tools={tools} />
        </div>
      )}
    </>
  )
}
