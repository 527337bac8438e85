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
    <li className={old ? 'live-run is-old' : 'live-run'} data-testid="run-row" data-run-id={run.runId}>
      <StatusMark status={run.status} dense testid="run-status">
        {old ? `was ${run.status}` : run.status}
      </StatusMark>
      <div className="live-name">
        <RunLink runId={run.runId}>
          <RunName run={run} />
        </RunLink>
        <span className="sub">
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
      <div className="live-progress">
        <span className="num live-count" data-testid="batches-completed">
          {completed}
          <span className="of">/{total}</span>
        </span>
        <CountSegments counts={counts} label={countsText(counts)} />
      </div>
      <div className="live-time">
        <RunTimer run={run} frozenAt={frozenAt} className="num" />
        {old ? <LastKnown /> : run.basis === 'history' && <span className="sub">from history</span>}
      </div>
      <p className="live-now">{counts.running > 0 ? countsText({ ...counts, completed: 0 }) : runSentence(run)}</p>
      <p className="live-last">
        <span className="id src-line">
          <Name text={run.runId} />
        </span>
      </p>
      <LinkMark source="backend" link={link.backend} was={stale} named={false} title={run.backend}>
        {stale
          ? null
          : link.backend === 'live'
            ? heardAt !== null && <DatedAge since={heardAt} until={frozenAt} />
            : linkSince !== null && <DatedAge since={linkSince} />}
      </LinkMark>
    </li>
  )
})
