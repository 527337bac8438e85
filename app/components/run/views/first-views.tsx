import type { Snapshot } from '../../../../lib/run/model'
import { CompareButton } from '../compare/compare-button'
import { FirstGraph, FirstGraphTools } from '../graph/first-graph'
import { FirstTimeline } from '../timeline/first-timeline'
import { RangeTools } from '../timeline/range-tools'
import type { Kept, View } from './view-names'
import { PANEL, tabId, ViewTabs } from './view-tabs'
import styles from './views.module.css'

/**
 * The tabs and the view in the first HTML. Only the server has this code: the page takes its markup over, and replaces it once the
 * code of `Views` is loaded.
 */
export function FirstViews({ run, view, kept }: { run: Snapshot; view: View; kept: Kept }) {
  const { batch: batchId, state: filter = null, at = null } = kept
  return (
    <>
      <div className={styles.bar}>
        <ViewTabs view={view} kept={kept} />
        {run.spec !== null && <CompareButton />}
        {view === 'timeline' && run.batches.length > 0 && (
          <div className={styles.tools}>
            <RangeTools choice="whole" watched={run.link.docker !== 'off'} />
          </div>
        )}
        {view === 'graph' && (
          <div className={styles.tools}>
            <FirstGraphTools run={run} />
          </div>
        )}
      </div>
      {view === 'timeline' && (
        <div className={styles.panel} id={PANEL} role="tabpanel" aria-labelledby={tabId(view)}>
          <FirstTimeline run={run} picked={batchId} filter={filter} isPast={run.imported !== null || at !== null} />
        </div>
      )}
      {view === 'graph' && (
        <div className={styles.panel} id={PANEL} role="tabpanel" aria-labelledby={tabId(view)}>
          <FirstGraph run={run} />
        </div>
      )}
    </>
  )
}
