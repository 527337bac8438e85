'use client'

import { useMemo, useState } from 'react'
import type { Fleet } from '../../../lib/run/model'
import { isOver } from '../../../lib/run/is-over'
import { useFleet } from '../../../lib/client/live'
import { classNames } from '../../class-names'
import { lastKnownAt } from '../../freshness'
import { knownOf } from '../../nothing'
import { FollowDialog } from '../follow-dialog'
import { AppShell } from '../app-shell'
import { Nothing } from '../nothing'
import { useStale } from '../use-stale'
import { StartDialog } from './start-dialog'
import { FirstVisit } from './first-visit'
import { FleetHead } from './fleet-head'
import { History } from './history'
import { newestFirst, noFilters, type Filters } from './history-filters'
import { Imports } from './imports'
import { LiveRow } from './live-row'
import { isLost } from './needs'
import { NeedsYou } from './needs-you'
import { quietOf } from './quiet'
import { useNeeds } from './use-needs'
import styles from './fleet-view.module.css'
import section from './section-head.module.css'

interface Props {
  initial: Fleet
  /** The filters of the history that the address holds. */
  filters?: Filters
}

type Dialog = { kind: 'start'; spec?: string } | { kind: 'follow' }

/** The title counts, so that a tab tells whether its page needs a look. */
function titleOf(needs: number, live: number, isOld: boolean): string {
  const count = needs === 0 ? '' : `(${needs}${isOld ? ', last known' : ''}) `
  return `${count}Fleet, ${live} live${isOld && needs === 0 ? ', last known' : ''}`
}

/** Every run, the live ones first. Begins with the fleet that the server rendered, and keeps it up to date. */
export function FleetView({ initial, filters = noFilters }: Props) {
  const fleet = useFleet(initial)
  const { state, sync, checkedAt } = fleet
  const [dialog, setDialog] = useState<Dialog | null>(null)
  const stale = useStale({ sync, checkedAt })
  const known = knownOf(fleet, stale, state.link.backend)
  const renderedAt = Date.parse(initial.now)
  const live = useMemo(() => state.runs.filter(run => !isOver(run.status)), [state.runs])
  const over = useMemo(() => newestFirst(state.runs.filter(run => isOver(run.status))), [state.runs])
  const expected = useMemo(() => new Map(state.expected?.map(end => [end.runId, end])), [state.expected])
  const needs = useNeeds(state, stale)
  const isOld = stale || isLost(state.link.backend) || needs.some(need => need.isOld)

  return (
    <AppShell version={state.version} here="fleet" docker={state.link.docker} tools={{ fleet: state, needs, stale }}>
      <title>{titleOf(needs.length, live.length, isOld)}</title>
      <main id="main" className={styles.fleet} data-state-version={state.version} data-state-epoch={state.epoch}>
        <FleetHead
          fleet={state}
          live={live.length}
          needs={needs.length}
          isOld={isOld}
          stale={stale}
          onStart={() => setDialog({ kind: 'start' })}
          onFollow={() => setDialog({ kind: 'follow' })}
        />
        {state.runs.length + needs.length > 0 && (
          <NeedsYou
            needs={needs}
            fleet={state}
            stale={stale}
            known={known}
            quiet={quietOf(state, { stale, checkedAt }, renderedAt)}
            onStart={spec => setDialog({ kind: 'start', spec })}
          />
        )}
        {state.runs.length === 0 ? (
          <FirstVisit
            fleet={state}
            known={known}
            stale={stale}
            onStart={() => setDialog({ kind: 'start' })}
            onFollow={() => setDialog({ kind: 'follow' })}
          />
        ) : (
          <section className={styles.live} aria-labelledby="h-live">
            <header className={classNames(section.head, styles.liveHead)}>
              <h2 id="h-live">Live runs</h2>
              {live.length > 0 && (
                <div className={styles.columnNames} aria-hidden="true">
                  <span>completed</span>
                  <span>elapsed</span>
                  <span>at work</span>
                  <span>last word</span>
                  <span>backend</span>
                </div>
              )}
            </header>
            {live.length === 0 ? (
              <Nothing in="live runs" known={known} />
            ) : (
              <ul>
                {live.map(run => (
                  <LiveRow
                    key={run.runId}
                    run={run}
                    expected={expected.get(run.runId)}
                    frozenAt={lastKnownAt(run, { stale, checkedAt }, renderedAt)}
                    stale={stale}
                  />
                ))}
              </ul>
            )}
          </section>
        )}
        {over.length > 0 && <History runs={over} live={live} initial={filters} />}
        <Imports imports={state.imports} known={state.importsUnread ?? knownOf(fleet, stale, null)} />
      </main>
      {dialog?.kind === 'start' && <StartDialog initialSpec={dialog.spec ?? ''} onClose={() => setDialog(null)} />}
      {dialog?.kind === 'follow' && <FollowDialog onClose={() => setDialog(null)} />}
    </AppShell>
  )
}
