import { memo } from 'react'
import type { RunMark, SpecSummary } from '../../../lib/run/spec-pages'
import { durationWords } from '../../format'
import { classNames } from '../../class-names'
import { plural } from '../../labels'
import { useRunAt } from '../at-site'
import { StatusMark, Tag } from '../icons'
import { RunLink } from '../run-link'
import { DatedAge } from '../time'
import { SpecLink } from './spec-link'
import { shortTook } from './spec-words'
import { StartSpec } from './start-spec'
import table from '../table.module.css'
import styles from './specs-view.module.css'

interface Props {
  spec: SpecSummary
  /** What is known of live runs is only last known. */
  isOld: boolean
}

/** One spec in a line: how its last run ended, and how those before it did. */
export const SpecRow = memo(function SpecRow({ spec, isOld }: Props) {
  const { name, onBackend, has, recent, live, liveRuns, usual } = spec
  const [last] = recent
  const at = useRunAt()
  return (
    <tr data-testid="spec-row" data-spec={name}>
      <th scope="row" className={styles.name}>
        <SpecLink spec={name} />
        {onBackend === false && <Tag>not on the backend</Tag>}
        {has !== null && !has.plan && <Tag>{has.tasks ? 'no plan yet' : 'no tasks yet'}</Tag>}
      </th>
      <td className={styles.live}>
        {live.map(run => (
          <span key={run.runId} className={styles.liveRun}>
            <RunLink run={at(run.runId)}>
              <StatusMark status={run.status} old={isOld}>
                {isOld ? `was ${run.status}` : run.status}
              </StatusMark>{' '}
              <span className="num">
                {run.completed}/{run.total ?? '?'}
              </span>
            </RunLink>
          </span>
        ))}
        {liveRuns > live.length && <span className="dim">and {liveRuns - live.length} more</span>}
      </td>
      <td className={styles.last}>
        {last === undefined ? <span className="dim">none yet</span> : <LastRun run={last} />}
      </td>
      <td className={styles.recent}>
        {recent.length > 0 && (
          <ol aria-label={`Last ${plural(recent.length, 'run')}, newest first`}>
            {recent.map(run => (
              <li key={run.runId} title={markTitle(run)}>
                <StatusMark status={run.status} dense>
                  {markTitle(run)}
                </StatusMark>
              </li>
            ))}
          </ol>
        )}
      </td>
      <td className={classNames(table.right, styles.usual)}>
        {usual !== null && (
          <>
            <span className="num" title={durationWords(usual.ms / 1_000)}>
              {shortTook(usual.ms)}
            </span>{' '}
            <span className="dim">of {usual.runs}</span>
          </>
        )}
      </td>
      <td className={styles.step}>{has?.plan !== false && <StartSpec spec={name} onBackend={onBackend} small />}</td>
    </tr>
  )
})

const markTitle = ({ status, dryRun, inferred }: RunMark): string =>
  [status, ...(dryRun ? ['dry run'] : []), ...(inferred ? ['end inferred'] : [])].join(', ')

function LastRun({ run }: { run: RunMark }) {
  const { runId, status, endedAt, clockOffset, dryRun } = run
  const at = useRunAt()
  return (
    <>
      <RunLink run={at(runId)}>
        <StatusMark status={status} />
      </RunLink>{' '}
      {endedAt !== null && (
        <span className="dim">
          <DatedAge since={new Date(Date.parse(endedAt) + clockOffset).toISOString()} /> ago
        </span>
      )}
      {dryRun && <Tag>dry run</Tag>}
    </>
  )
}
