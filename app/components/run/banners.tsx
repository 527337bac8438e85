import type { Snapshot } from '../../../lib/run/model'
import { isOver } from '../../../lib/run/is-over'
import { Name } from '../outside'
import { Age, ClockTime } from '../time'
import { useIsOperator } from '../visitor'
import { Banner } from '../banner'
import { lateComponent } from '../late-component'
import { runParts } from './run-parts'
import controls from '../controls.module.css'

/** Only an open page knows that its link comes and goes, so the first HTML never has it. */
const LateUnsteadyBanner = lateComponent(async () => (await runParts()).UnsteadyBanner)
const LateAskNow = lateComponent<{ source: 'backend'; site: string | undefined }>(async () => (await runParts()).AskNow)

/** Says that the backend is silent, and since when; not shown for an ended run [RUN-9]. */
export function BackendBanner({ run, isUnsteady }: { run: Snapshot; isUnsteady: boolean }) {
  const { link, linkSince } = run
  if (isOver(run.status)) return null
  // It stays while the link comes and goes, so that nothing below it moves.
  if (link.backend === 'live') return isUnsteady && <LateUnsteadyBanner />
  const state =
    link.backend === 'stale'
      ? 'Backend is silent'
      : link.backend === 'down'
        ? 'Backend is gone'
        : 'Backend is not watched'
  return (
    <Banner
      testid="backend-banner"
      glyph={link.backend === 'down' ? 'l-down' : 'l-stale'}
      action={<LateAskNow source="backend" site={run.site} />}
    >
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
