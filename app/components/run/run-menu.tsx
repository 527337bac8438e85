import type { Snapshot } from '../../../lib/run/model'
import { classNames } from '../../class-names'
import { lateComponent } from '../late-component'
import { useIsOperator } from '../visitor'
import { runParts } from './run-parts'
import controls from '../controls.module.css'
import styles from './run-head.module.css'

const LateActions = lateComponent<{ run: Snapshot }>(async () => (await runParts()).RecordingActions)

/** What is seldom done with a run, in a menu that the browser opens, closes by Escape, and gives the focus back from. */
export function RunMenu({ run }: { run: Snapshot }) {
  // Of an import a viewer may do nothing.
  if (!useIsOperator() && run.imported) return null
  return (
    <>
      <button className={classNames(controls.smallButton, styles.more)} type="button" popoverTarget="run-menu">
        More
      </button>
      <div className={styles.menu} id="run-menu" popover="auto">
        <LateActions run={run} />
      </div>
    </>
  )
}
