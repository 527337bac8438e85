import { memo } from 'react'
import { countsToShow } from '../../../lib/run/counts'
import type { RunFields } from '../../../lib/run/model'
import { completedText, countsText, runSentence } from '../../labels'
import { LastKnown, LinkMark, StatusMark } from '../icons'
import { Name, RunName } from '../outside'
import { RunLink } from '../run-link'
import { RunTimer } from '../run-timer'
import { CountSegments } from '../segments'
import { ClockTime, DatedAge } from '../time'
import styles from './live-row.module.css'

/** One live run in a line. */
export const LiveRow = memo(function LiveRow({
  run,
  frozenAt,
  stale,
}: {
  run: RunFields
  frozenAt: number | null
  stale: boolean
}) {
  const old = frozenAt !== null
  const { link, heardAt, linkSince, startedAt } = run
  const counts = countsToShow(run)
  const [completed, total] = completedText(counts).split('/')
  return (
    <li className={styles.row} data-testid="run-row" data-run-id={run.runId} data-old={old || undefined}>
      <StatusMark status={run.status} dense old={old} className={styles.status} testid="run-status">
        {old ? `was ${run.status}` : run.status}
      </StatusMark>
      <div className={styles.name}>
        <RunLink runId={run.runId}>
          <RunName run={run} />
        </RunLink>
        <span className={styles.sub}>
          {old ? 'was ' : ''}
          {run.stopping ? 'stopping' : run.status}
          {startedAt !== null && (
            <>
              {' '}
              since <ClockTime at={startedAt} />
            </>
          )}
          {run.dryRun && ', dry run'}
        </span>
      </div>
      <div className={styles.progress}>
        <span className={styles.count} data-testid="batches-completed">
          {completed}
          <span className={styles.of}>/{total}</span>
        </span>
        <CountSegments counts={counts} label={countsText(counts)} old={old} />
      </div>
      <div className={styles.time}>
        <RunTimer run={run} frozenAt={frozenAt} className={styles.timer} />
        {old ? <LastKnown /> : run.basis === 'history' && <span className={styles.sub}>from history</span>}
      </div>
      <p className={styles.sentence}>
        {counts.running > 0 ? countsText({ ...counts, completed: 0 }) : runSentence(run)}
      </p>
      <p className={styles.runId}>
        <span className="id">
          <Name text={run.runId} />
        </span>
      </p>
      <LinkMark
        source="backend"
        link={link.backend}
        was={stale}
        named={false}
        title={run.backend}
        className={styles.link}
      >
        {stale
          ? null
          : link.backend === 'live'
            ? heardAt !== null && <DatedAge since={heardAt} until={frozenAt} />
            : linkSince !== null && <DatedAge since={linkSince} />}
      </LinkMark>
    </li>
  )
})
