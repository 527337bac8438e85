import Link from 'next/link'
import { useState } from 'react'
import { countsToShow } from '../../../lib/run/counts'
import type { ImportSummary } from '../../../lib/run/model'
import { isOver } from '../../../lib/run/is-over'
import { importPath } from '../../paths'
import { classNames } from '../../class-names'
import type { Known } from '../../nothing'
import { completedText } from '../../labels'
import { ImportDialog } from '../import-dialog'
import { LastKnown, StatusMark, Tag } from '../icons'
import { Nothing } from '../nothing'
import { Name, RunName } from '../outside'
import { ClockTime } from '../time'
import { ZoneNote } from '../zone'
import { useIsOperator } from '../visitor'
import controls from '../controls.module.css'
import table from '../table.module.css'
import styles from './run-table.module.css'
import section from './section-head.module.css'

/** The imported runs, apart from the followed ones. Renders nothing if there is none and the reader may not import one. */
export function Imports({ imports, known }: { imports: ImportSummary[]; known: Known }) {
  const [importing, setImporting] = useState(false)
  const isOperator = useIsOperator()
  if (imports.length === 0 && !isOperator && known === 'current') return null
  return (
    <section className={styles.runs} id="imports" aria-labelledby="h-imports">
      <header className={section.head}>
        <h2 id="h-imports">Imported recordings</h2>
        {isOperator && (
          <button className={controls.smallButton} type="button" onClick={() => setImporting(true)}>
            Import…
          </button>
        )}
      </header>
      {imports.length === 0 ? (
        <Nothing in="imports" known={known} />
      ) : (
        <div className={table.scroller} tabIndex={0} role="region" aria-label="Imported recordings table">
          <table className={table.table}>
            <thead>
              <tr>
                <th scope="col">Status then</th>
                <th scope="col">Spec</th>
                <th scope="col" className={table.right}>
                  Batches
                </th>
                <th scope="col">
                  As of
                  <ZoneNote />
                </th>
                <th scope="col" className={styles.id}>
                  Run
                </th>
                <th scope="col" className={styles.why}>
                  Backend
                </th>
              </tr>
            </thead>
            <tbody>
              {imports.map(each => (
                <tr
                  key={each.id}
                  data-old={!isOver(each.status) || undefined}
                  data-testid="import-row"
                  data-import-id={each.id}
                >
                  <td className={styles.status}>
                    <StatusMark status={each.status} dense="on phones" old={!isOver(each.status)} />
                    {!isOver(each.status) && <LastKnown className={styles.lastKnown} />}
                  </td>
                  <th scope="row">
                    <Link href={importPath(each.id)} prefetch={false}>
                      <RunName run={each} />
                    </Link>
                    <Tag>imported</Tag>
                  </th>
                  <td className={classNames('num', table.right, styles.count)}>{completedText(countsToShow(each))}</td>
                  <td className={classNames('num', styles.at)}>
                    <ClockTime at={each.until} bare />
                  </td>
                  <td className={classNames('id', styles.id)}>
                    <Name text={each.runId} />
                  </td>
                  <td className={styles.why}>
                    <Name text={each.backend} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {imports.length > 0 && (known === 'reading' || known === 'unread') && <Nothing in="more imports" known={known} />}
      {importing && <ImportDialog onClose={() => setImporting(false)} />}
    </section>
  )
}
