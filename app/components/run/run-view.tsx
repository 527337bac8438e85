'use client'

import { useMemo, useState, type ReactNode } from 'react'
import { countsToShow } from '../../../lib/run/counts'
import type { BatchStatus, OperatorNote, Snapshot } from '../../../lib/run/model'
import { isOver } from '../../../lib/run/is-over'
import { FrozenTime, useRun, type RunAt } from '../../../lib/client/live'
import { replaceAddress } from '../../address'
import { lastKnownAt } from '../../freshness'
import { knownOf } from '../../nothing'
import { completedText, runName } from '../../labels'
import { AppShell } from '../app-shell'
import { lateComponent } from '../late-component'
import { useStale } from '../use-stale'
import { useIsOperator } from '../visitor'
import { wasClockSetIn } from '../log/clock-set'
import { RunLog, useBatchNames } from '../log/run-log'
import { BackendBanner, HistoryBanner } from './banners'
import { BatchPanel } from './batch-panel'
import { Batches } from './batches'
import { Findings } from './findings'
import { ImportBanner } from './import-banner'
import { LateMomentBar } from './moment/late-moment-bar'
import { RunHead } from './run-head'
import { runParts } from './run-parts'
import { LateSummary } from './summary/late-summary'
import { usePicked } from './use-picked'
import { LateViews } from './views/late-views'
import { useUnsteady } from './use-unsteady'
import type { View } from './views/view-names'
import styles from './run-view.module.css'

const LateNotes = lateComponent<{ notes: readonly OperatorNote[] }>(async () => (await runParts()).RunNotes)
/** The parts that links at the top of the page lead to [PAGE-16.3]. */
const PARTS = { view: 'batches', log: 'log' }

const LateDockerBanner = lateComponent<{ run: Snapshot }>(async () => (await runParts()).DockerBanner)
const LateGoneBanner = lateComponent<RunAt>(async () => (await runParts()).GoneBanner)

/**
 * One run. Begins with the snapshot that the server rendered, and keeps it up to date.
 * @param batchId the batch that is open at first
 * @param isOwnBatch the page itself opens that batch, or the address names a line: on a phone the batch stays closed
 * @param firstView the view of the batches at first
 * @param firstViews that view and the tabs, as the server rendered them
 * @param firstPast the run as it was at the moment that is shown at first; null: now
 * @param firstSummary how the run ended, as the server rendered it
 * @param firstState the status of the batches that the table shows at first; null: all
 */
export function RunView({
  initial,
  batchId = null,
  isOwnBatch = false,
  firstView = 'table',
  firstViews,
  firstPast = null,
  firstSummary,
  firstState = null,
}: {
  initial: Snapshot
  batchId?: string | null
  isOwnBatch?: boolean
  firstView?: View
  firstViews?: ReactNode
  firstPast?: Snapshot | null
  firstSummary?: ReactNode
  firstState?: BatchStatus | null
}) {
  const live = useRun(initial)
  const { sync, checkedAt, gone } = live
  const [past, setPast] = useState(firstPast)
  const state = past ?? live.state
  const { picked, logged, log, shown, pick, show, read, close, setLog, isOwn } = usePicked(batchId, isOwnBatch)
  const [view, setView] = useState(firstView)
  const [filter, setFilter] = useState(firstState)
  const choose = (status: BatchStatus | null) => {
    setFilter(status)
    const url = new URL(window.location.href)
    if (status === null) url.searchParams.delete('state')
    else url.searchParams.set('state', status)
    replaceAddress(url)
  }
  const lost = useStale({ sync, checkedAt })
  // What was known then does not become older.
  const stale = lost && past === null
  const frozenAt = lastKnownAt(state, { stale, checkedAt }, Date.parse(initial.now))
  const frozenNow = lastKnownAt(live.state, { stale: lost, checkedAt }, Date.parse(initial.now))
  const over = isOver(state.status)
  // A page that has lost its server does not see what the link does.
  const isUnsteady = useUnsteady(live.state.link.backend === 'live', !over && past === null && !stale)
  const { runId, site, imported, startedAt, clockOffset } = state
  const wasClockSet = wasClockSetIn(state.findings)
  const names = useBatchNames(state.batches)
  const importId = imported?.id ?? null
  const ref = useMemo(() => ({ runId, importId, ...(site !== undefined && { site }) }), [runId, importId, site])
  const start = useMemo(() => ({ startedAt, clockOffset, wasClockSet }), [startedAt, clockOffset, wasClockSet])
  const batch = state.batches.find(({ id }) => id === picked)
  const isOperator = useIsOperator()
  const acts = isOperator && imported === null && past === null
  const stoppable = acts && !over && state.basis === 'stream' && frozenAt === null && !state.stopping
  const shownBatches = {
    known: knownOf(live, stale, over || imported ? null : state.link.backend),
    frozenAt,
    picked: batch?.id ?? null,
    shown,
    onPick: pick,
    filter,
  }
  return (
    <AppShell
      version={live.state.version}
      parts={state.findings.length === 0 ? PARTS : { 'h-findings': 'findings', ...PARTS }}
      tools={{ run: live.state, past, frozenAt: frozenNow, stale: lost, picked, show, close }}
      {...(!imported && { docker: live.state.link.docker })}
    >
      <title>{past ? `Past: ${titleOf(past, null)}` : titleOf(state, frozenAt)}</title>
      <main
        id="main"
        className={styles.run}
        data-run-id={runId}
        data-state-version={live.state.version}
        data-state-epoch={live.state.epoch}
        data-at={past?.now}
      >
        {gone && importId === null && <LateGoneBanner {...ref} />}
        {imported && <ImportBanner run={state} imported={imported} gone={gone} />}
        {past === null && <HistoryBanner run={state} />}
        <FrozenTime at={past ? Date.parse(past.now) : imported && Date.parse(imported.until)}>
          <RunHead run={state} {...{ frozenAt, stale, filter, isUnsteady }} onFilter={choose} />
          {!imported && <LateMomentBar run={ref} past={past} onPast={setPast} />}
          <LateSummary run={state} onShow={show} onRead={read} first={firstSummary} />
          {state.notes && <LateNotes notes={state.notes} />}
          <Findings
            findings={state.findings}
            batches={state.batches}
            stoppable={stoppable}
            ended={acts && over ? ref : null}
            isOld={stale || state.link.docker !== 'live'}
            onShow={show}
            onRead={read}
          />
          <div className={styles.work} data-open={batch !== undefined || undefined}>
            <div className={styles.views}>
              <LateViews view={view} onView={setView} first={firstViews} run={state} {...shownBatches} />
              {view === 'table' && (
                <div className={styles.table} id="view" role="tabpanel" aria-labelledby="view-table">
                  <Batches
                    batches={state.batches}
                    totalKnown={state.counts.totalKnown}
                    maybeCompleted={state.unnamedCompleted !== undefined}
                    over={over}
                    clockOffset={clockOffset}
                    docker={state.link.docker}
                    dockerSince={state.dockerSince}
                    {...shownBatches}
                  />
                </div>
              )}
            </div>
            {batch && (
              <BatchPanel {...{ run: state, batch, frozenAt, isOwn }} onPick={show} onRead={read} onClose={close} />
            )}
            <RunLog
              run={ref}
              batch={state.batches.find(({ id }) => id === logged)}
              names={names}
              hasAgents={state.batches.some(({ container }) => container)}
              shown={log}
              onShown={setLog}
              basis={state.basis}
              over={over}
              backend={state.link.backend}
              docker={state.link.docker}
              gone={gone}
              moment={past && Date.parse(past.now)}
              start={start}
            />
          </div>
        </FrozenTime>
        {!imported && past === null && <LateDockerBanner run={state} />}
        {!imported && past === null && <BackendBanner run={state} isUnsteady={isUnsteady} />}
      </main>
    </AppShell>
  )
}

/** For example `8/14 014-invoice-portal, running`; what the run does is left out while it is only last known. */
function titleOf(run: Snapshot, frozenAt: number | null): string {
  const { imported, stopping, status } = run
  const [count, name] = [completedText(countsToShow(run)), runName(run)]
  if (frozenAt !== null && !imported) return `${count} last known, ${name}`
  return `${count} ${name}, ${imported ? 'imported, then ' : ''}${stopping && !isOver(status) ? 'stopping' : status}`
}
