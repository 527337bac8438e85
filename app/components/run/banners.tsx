import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import type { Snapshot } from '../../../lib/run/model'
import { isOver } from '../../../lib/run/model'
import { followRun } from '../../api'
import { sentence } from '../../words'
import { Glyph, StatusMark } from '../marks'
import { Age, ClockTime } from '../time'

/** Says that the backend is silent, and since when; a run that is over needs none of it [RUN-9]. */
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
    <section className="banner" role="status" data-testid="backend-banner">
      <Glyph id={link.backend === 'down' ? 'l-down' : 'l-stale'} />
      <p>
        <b>
          {state}
          {linkSince !== null && (
            <>
              {' '}
              since <ClockTime at={linkSince} withDay />
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
        {run.backend}.
      </p>
    </section>
  )
}

/** Why a run failed or was stopped: the first paragraph, what followed it folded [RUN-12]. */
export function EndBanner({ run }: { run: Snapshot }) {
  const { status, error, errorDetail, inferred } = run
  const ill = status === 'failed' || status === 'aborted'
  if (!ill && error === null) return null
  if (status === 'aborted' && error === null && !inferred) return null
  return (
    <section className="findings" aria-label="How it ended">
      <div className={status === 'failed' ? 'finding act' : 'finding'} data-kind="failed" data-testid="run-error">
        <StatusMark status={ill ? status : 'failed'} chip>
          {ill ? status : 'error'}
        </StatusMark>
        <div className="finding-text">
          <p>
            <b className="error-words">{sentence(error ?? 'The backend gave no reason')}</b>{' '}
            {inferred && 'This end is inferred: no word of the backend tells it. '}
            {status === 'failed' && 'Read the log below, then start the spec again.'}
          </p>
          {errorDetail !== null && (
            <details>
              <summary>What the backend said further</summary>
              <pre>{errorDetail}</pre>
            </details>
          )}
        </div>
        <span className="finding-age">{run.endedAt !== null && <Age since={run.endedAt} />}</span>
      </div>
    </section>
  )
}

/** The server has let go of the run while this page showed it [SYNC-9]. */
export function GoneBanner({ runId }: { runId: string }) {
  const router = useRouter()
  const [refusal, setRefusal] = useState<string | null>(null)
  const follow = async () => {
    const answer = await followRun(runId)
    if (answer.ok) router.refresh()
    else setRefusal(answer.error)
  }
  return (
    <section className="banner" role="status" data-testid="run-gone">
      <Glyph id="l-off" />
      <p>
        <b>The server no longer keeps this run.</b> What is shown here is the last of it.{' '}
        {refusal ?? 'Follow it again, or go back to the fleet.'}
      </p>
      <span className="actions">
        <Link className="button" href="/">
          Fleet
        </Link>
        <button className="button" type="button" onClick={() => void follow()}>
          Follow again
        </button>
      </span>
    </section>
  )
}
