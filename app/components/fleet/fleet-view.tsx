'use client'

import { useMemo, useState } from 'react'
import type { Fleet } from '../../../lib/run/model'
import { isOver } from '../../../lib/run/is-over'
import { classNames } from '../../class-names'
import { lastKnownAt } from '../../freshness'
import { knownOf } from '../../nothing'
import { FollowDialog } from '../follow-dialog'
import { AppShell } from '../app-shell'
import { NoSite } from '../no-site'
import { Nothing } from '../nothing'
import { StartDialog } from './start-dialog'
import { FirstVisit } from './first-visit'
import { FleetHead } from './fleet-head'
import { keyOfRun, knownOfAll, liveRunsOf, quietOfAll, worstLink, type PlacedRun } from './fleet-parts'
import { History } from './history'
import { newestFirst, noFilters, type Filters } from './history-filters'
import { Imports } from './imports'
import { LiveRow } from './live-row'
import { isLost } from './needs'
import { NeedsYou } from './needs-you'
import { useFleetParts } from './use-fleet-parts'
import { useNeeds } from './use-needs'
import styles from './fleet-view.module.css'
import section from './section-head.module.css'

interface Props {
  /** The fleet of each site. */
  initial: readonly Fleet[]
  /** The filters of the history that the address holds. */
  filters?: Filters
}

type Dialog = { kind: 'start'; spec?: string; site?: string | undefined } | { kind: 'follow' }

/** The title counts, so that a tab tells whether its page needs a look. */
function titleOf(needs: number, live: number, isOld: boolean): string {
  const count = needs === 0 ? '' : `(${needs}${isOld ? ', last known' : ''}) `
  return `${count}Fleet, ${live} live${isOld && needs === 0 ? ', last known' : ''}`
}

/** Every run of all sites, the live ones first. Begins with what the server rendered, and keeps it up to date. */
export function FleetView({ initial, filters = noFilters }: Props) {
  const parts = useFleetParts(initial)
  const [dialog, setDialog] = useState<Dialog | null>(null)
  const runs = useMemo(() => parts.flatMap(({ fleet }) => fleet.runs), [parts])
  const live = useMemo(() => liveRunsOf(parts), [parts])
  const over = useMemo(() => newestFirst(runs.filter(run => isOver(run.status))), [runs])
  const needs = useNeeds(parts)
  const [first, ...others] = parts
  if (first === undefined) return <NoSite />

  const stale = parts.some(part => part.stale)
  const backend = worstLink(parts.map(({ fleet }) => fleet.link.backend))
  const isOld = stale || isLost(backend) || needs.some(need => need.isOld)
  const known = knownOfAll(parts)
  const renderedAt = Date.parse(initial[0]?.now ?? '')
  const isOne = others.length === 0
  const { fleet } = first
  const start = () => setDialog({ kind: 'start' })
  const follow = () => setDialog({ kind: 'follow' })

  return (
    <AppShell
      here="fleet"
      docker={worstLink(parts.map(part => part.fleet.link.docker))}
      tools={{ runs, backend, needs, stale }}
      version={isOne ? fleet.version : null}
    >
      <title>{titleOf(needs.length, live.length, isOld)}</title>
      <main
        id="main"
        className={styles.fleet}
        {...(isOne && { 'data-state-version': fleet.version, 'data-state-epoch': fleet.epoch })}
      >
        <FleetHead
          parts={parts}
          live={live.length}
          needs={needs.length}
          isOld={isOld}
          onStart={start}
          onFollow={follow}
        />
        {(fleet.site !== undefined || runs.length + needs.length > 0) && (
          <NeedsYou
            needs={needs}
            parts={parts}
            known={known}
            quiet={quietOfAll(parts, renderedAt)}
            onStart={(spec, site) => setDialog({ kind: 'start', spec, site })}
          />
        )}
        {isOne && fleet.site === undefined && runs.length === 0 ? (
          <FirstVisit fleet={fleet} known={known} stale={stale} onStart={start} onFollow={follow} />
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
            {live.length === 0 ? <Nothing in="live runs" known={known} /> : <LiveRows live={live} at={renderedAt} />}
          </section>
        )}
        {over.length > 0 && <History runs={over} live={live.map(({ run }) => run)} initial={filters} />}
        <Imports imports={fleet.imports} known={fleet.importsUnread ?? knownOf(first.live, first.stale, null)} />
      </main>
      {dialog?.kind === 'start' && (
        <StartDialog initialSpec={dialog.spec ?? ''} initialSite={dialog.site} onClose={() => setDialog(null)} />
      )}
      {dialog?.kind === 'follow' && <FollowDialog onClose={() => setDialog(null)} />}
    </AppShell>
  )
}

function LiveRows({ live, at: renderedAt }: { live: readonly PlacedRun[]; at: number }) {
  return (
    <ul>
      {live.map(({ run, part: { fleet, stale, live: synced } }) => (
        <LiveRow
          key={keyOfRun(run)}
          run={run}
          expected={fleet.expected?.find(({ runId }) => runId === run.runId)}
          frozenAt={lastKnownAt(run, { stale, checkedAt: synced.checkedAt }, renderedAt)}
          stale={stale}
        />
      ))}
    </ul>
  )
}
