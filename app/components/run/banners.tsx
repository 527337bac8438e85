import { shownProse } from '../../../lib/run/text/display-text'
import type { Snapshot } from '../../../lib/run/model'
import { isOver } from '../../../lib/run/is-over'
import { sentence } from '../../labels'
import { StatusMark } from '../icons'
import { Name } from '../outside'
import { Age, ClockTime, DatedAge } from '../time'
import { useIsOperator } from '../visitor'
import { Banner } from '../banner'
import controls from '../controls.module.css'
import finding from '../finding-line.module.css'
import styles from './banners.module.css'

/** Says that the backend is silent, and since when; not shown for an ended run [RUN-9]. */
export function BackendBanner({ run }: { run: Snapshot }) {
  const { link, linkSince } = run
  if (isOver(run.status) || link.backend === 'live') return null
  const state =
    link.backend === 'stale'
      ? 'Backend is silent'
      : link.backend === 'down'
        ? 'Backend is gone'
        : 'Backend is not watched'
  return (
    <Banner testid="backend-banner" glyph={link.backend === 'down' ? 'l-down' : 'l-stale'}>
      <b>
        {state}
        {linkSince !== null && (
          <>
            {' '}
            since <ClockTime at={linkSince} />
          </>
        )}
        .
      </b>{' '}
      Its numbers are last known
      {linkSince !== null && (
        <>
          , <Age since={linkSince} /> old,
        </>
      )}{' '}
      and hatched. The run may go on: this page joins it again by itself. If it stays so, check the backend at{' '}
      <Name text={run.backend} />.
    </Banner>
  )
}

/** Says that the run's stream is not followed, and how to follow it [RUN-13]. */
export function HistoryBanner({ run }: { run: Snapshot }) {
  const isOperator = useIsOperator()
  if (run.basis !== 'history' || run.imported || isOver(run.status)) return null
  return (
    <Banner
      testid="history-banner"
      glyph="l-off"
      note
      action={
        isOperator && (
          <button className={controls.button} type="button" data-opens="follow">
            Follow…
          </button>
        )
      }
    >
      <b>Found in the backend’s history; its stream is not followed.</b> Its batches are as the history has them, a few
      seconds late. {isOperator ? 'Follow it' : 'Once an operator follows it'} by the id that it was started with,
      {isOperator && ' and'} this page tells all of it.
    </Banner>
  )
}

/** Why a run failed or was stopped: the first paragraph; the rest is folded [RUN-12]. */
export function EndBanner({ run }: { run: Snapshot }) {
  const { status, error, errorDetail, inferred } = run
  const ill = status === 'failed' || status === 'aborted'
  if (!ill && error === null) return null
  if (status === 'aborted' && error === null && !inferred) return null
  return (
    <section aria-label="How it ended">
      <div className={status === 'failed' ? finding.act : finding.finding} data-kind="failed" data-testid="run-error">
        <StatusMark status={ill ? status : 'failed'} chip>
          {ill ? status : 'error'}
        </StatusMark>
        <div className={finding.text}>
          <p>
            <b className={styles.error}>{sentence(error ?? 'The backend gave no reason')}</b>{' '}
            {inferred && 'This end is inferred: no word of the backend tells it. '}
            {status === 'failed' && !run.imported && 'Read the log below, then start the spec again.'}
          </p>
          {errorDetail !== null && (
            <details>
              <summary>Full error</summary>
              <pre dir="auto">{shownProse(errorDetail)}</pre>
            </details>
          )}
        </div>
        <span className={finding.age}>{run.endedAt !== null && <DatedAge since={run.endedAt} />}</span>
      </div>
    </section>
  )
}
