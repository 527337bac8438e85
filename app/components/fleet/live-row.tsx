import { memo } from 'react'
import { useOfTime } from '../../../lib/client/live'
import { countsToShow } from '../../../lib/run/counts'
import type { ExpectedEnd, RunFields } from '../../../lib/run/model'
import { shownName, shownProse } from '../../../lib/run/text/display-text'
import { completedText, countsText, runSentence } from '../../labels'
import { CopyButton } from '../copy-button'
import { LastKnown, LinkMark, StatusMark } from '../icons'
import { Name, RunName } from '../outside'
import { RunLink } from '../run-link'
import { SiteTag } from '../site-tag'
import { RunTimer } from '../run-timer'
import { CountSegments } from '../segments'
import { Age, ClockTime, DatedAge, Moment } from '../time'
import { showTip } from '../tip'
import { endText, wordText } from './live-words'
import styles from './live-row.module.css'

/** One live run in a line: how far it is, what is at work, and when the backend last said a word of it [FLEET-3]. */
export const LiveRow = memo(function LiveRow({
  run,
  expected,
  frozenAt,
  stale,
}: {
  run: RunFields
  /** When it is expected to end; undefined where that is not known. */
  expected: ExpectedEnd | undefined
  frozenAt: number | null
  stale: boolean
}) {
  const old = frozenAt !== null
  const { link, heardAt, linkSince, startedAt } = run
  const counts = countsToShow(run)
  const [completed, total] = completedText(counts).split('/')
  return (
    <li
      className={styles.row}
      data-testid="fleet-run"
      data-run-id={run.runId}
      data-site={run.site}
      data-status={run.status}
      data-old={old || undefined}
    >
      <StatusMark status={run.status} dense old={old} className={styles.status} testid="run-status">
        {old ? `was ${run.status}` : run.status}
      </StatusMark>
      <div className={styles.name}>
        <span title={shownName(run.runId)}>
          <RunLink run={run}>
            <RunName run={run} />
          </RunLink>
          {run.site !== undefined && <SiteTag site={run.site} />}
          <span className={styles.copy}>
            <CopyButton text={run.runId} what="id" />
          </span>
        </span>
        <span className={styles.sub}>
          {old ? 'was ' : ''}
          {run.stopping ? 'stopping' : run.status}
          {startedAt !== null && (
            <>
              {' '}
              since <ClockTime at={startedAt} />
            </>
          )}
          {run.startedBy !== undefined && (
            <>
              , by <Name text={run.startedBy} />
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
        {expected !== undefined && <ExpectedIn end={expected} frozenAt={frozenAt} />}
        {old ? <LastKnown /> : run.basis === 'history' && <span className={styles.sub}>from history</span>}
      </div>
      <AtWork run={run} />
      <div className={styles.word}>
        {run.lastWord !== undefined && <LastLine line={run.lastWord} />}
        {heardAt !== null && <LastWord at={heardAt} />}
      </div>
      <LinkMark
        source="backend"
        link={link.backend}
        was={stale}
        named={false}
        title={run.backend}
        className={styles.link}
      >
        {!stale && link.backend !== 'live' && linkSince !== null && <DatedAge since={linkSince} />}
      </LinkMark>
    </li>
  )
})

/** The names of the batches at work, and how many there are of each status. */
function AtWork({ run }: { run: RunFields }) {
  const { atWork = [], counts } = run
  const more = counts.running - atWork.length
  return (
    <div className={styles.work} data-testid="at-work">
      {atWork.length === 0 ? (
        <p>{runSentence(run)}</p>
      ) : (
        <p>
          {atWork.map((name, index) => (
            <span key={index}>
              {index > 0 && ', '}
              <Name text={name} />
            </span>
          ))}
          {more > 0 && `, ${more} more`}
        </p>
      )}
      {counts.total > 0 && <p className={styles.sub}>{countsText({ ...counts, completed: 0 })}</p>}
    </div>
  )
}

/** How long it still takes, by earlier runs [FLEET-3.5]. What is last known stands still. */
function ExpectedIn({ end, frozenAt }: { end: ExpectedEnd; frozenAt: number | null }) {
  const words = useOfTime(now => endText(end, frozenAt ?? now))
  if (words === '') return null
  return (
    <span className={styles.sub} data-testid="run-eta" title={ESTIMATE}>
      {words}
    </span>
  )
}

const ESTIMATE = 'An estimate: the longest chain of what is left, by what each batch took in earlier runs.'

/** A line of no more characters fits into its column at every width. */
const SHORT = 16

/** The last line of the backend, cut to its column. A button shows it as far as the fleet knows it; the run's log has all of it [FLEET-3.6]. */
function LastLine({ line }: { line: string }) {
  const text = shownProse(wordText(line))
  if (text === '') return null
  return (
    <div className={styles.lastLine} data-testid="last-line">
      <bdi className={styles.line} title={text} data-whole="tip">
        {text}
      </bdi>
      {text.length > SHORT && (
        // Its name is our own: a line may say anything, also what no viewer has a button for.
        <button
          className={styles.whole}
          type="button"
          aria-label="Show the whole line"
          onClick={event => showTip(event.currentTarget, text)}
        >
          …
        </button>
      )}
    </div>
  )
}

/** An agent works for at most 15 minutes, and many say nothing meanwhile; this long is worth a look, ms. */
const QUIET = 10 * 60_000

/** When the backend last said a word of the run: the link may be live all the same [FLEET-3.3]. */
function LastWord({ at }: { at: string }) {
  const isQuiet = useOfTime(now => now - Date.parse(at) >= QUIET)
  return (
    <Moment at={at}>
      <span className={styles.said} data-quiet={isQuiet || undefined} data-testid="last-word">
        <span className={styles.wordName}>last word </span>
        <Age since={at} /> ago
      </span>
    </Moment>
  )
}
