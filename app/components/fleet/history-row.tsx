import { memo } from 'react'
import { countsToShow } from '../../../lib/run/counts'
import type { RunFields } from '../../../lib/run/model'
import { classNames } from '../../class-names'
import { timerSeconds } from '../../freshness'
import { completedText } from '../../labels'
import { StatusMark, Tag } from '../icons'
import { Name, Prose, RunName } from '../outside'
import { RunLink } from '../run-link'
import { SiteTag } from '../site-tag'
import { ClockTime, Duration } from '../time'
import table from '../table.module.css'
import styles from './run-table.module.css'

/** The place of a row in a table that has only the rows near the view. */
export interface RowPlace {
  index: number
  measure: (row: HTMLElement | null) => void
}

interface Props {
  run: RunFields
  /** It continues an earlier run. */
  isResumed: boolean
  place?: RowPlace | undefined
}

/** One run that is over. It needs no clock: its time no longer changes. */
export const HistoryRow = memo(function HistoryRow({ run, isResumed, place }: Props) {
  const seconds = timerSeconds(run, 0)
  const note = run.notes?.at(-1)?.text ?? null
  return (
    <tr
      ref={place?.measure}
      data-index={place?.index}
      aria-rowindex={place === undefined ? undefined : place.index + 2}
      data-testid="fleet-run"
      data-run-id={run.runId}
      data-site={run.site}
      data-status={run.status}
    >
      <td className={styles.status}>
        <StatusMark status={run.status} dense="on phones" testid="run-status" />
      </td>
      <th scope="row">
        <RunLink run={run}>
          <RunName run={run} />
        </RunLink>
        {run.site !== undefined && <SiteTag site={run.site} />}
        {run.dryRun && <Tag>dry run</Tag>}
        {isResumed && <Tag>resumed</Tag>}
        {run.inferred && <Tag>inferred</Tag>}
        {run.startedBy !== undefined && (
          <span className="dim">
            {' '}
            by <Name text={run.startedBy} />
          </span>
        )}
      </th>
      <td className={classNames('num', table.right, styles.count)} data-testid="batches-completed">
        {completedText(countsToShow(run))}
      </td>
      <td className={classNames('num', table.right, styles.took)} data-testid="run-elapsed" data-seconds={seconds}>
        <Duration seconds={seconds} uncertain={run.durationUncertain} />
      </td>
      <td className={classNames('num', styles.at)}>{run.endedAt !== null && <ClockTime at={run.endedAt} bare />}</td>
      <td className={classNames('id', styles.id)}>
        <Name text={run.runId} />
      </td>
      <td className={styles.why}>
        {(note ?? run.error) !== null && (
          <span data-whole="run">
            {note !== null && (
              <>
                Note: <Prose text={note} />{' '}
              </>
            )}
            {run.error !== null && <Prose text={run.error} />}
          </span>
        )}
      </td>
    </tr>
  )
})
