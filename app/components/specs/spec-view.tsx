'use client'

import Link from 'next/link'
import { useCallback, useMemo } from 'react'
import { isOver } from '../../../lib/run/is-over'
import type { Fleet } from '../../../lib/run/model'
import type { SpecRuns } from '../../../lib/run/spec-pages'
import { batchStats, usualRun } from '../../../lib/run/spec-stats'
import { shownName } from '../../../lib/run/text/display-text'
import { useFleet } from '../../../lib/client/live-sites'
import { specRuns } from '../../late-api'
import { plural } from '../../labels'
import { AppShell } from '../app-shell'
import { AtSite } from '../at-site'
import { BackendLink } from '../backend-link'
import { LastKnown, Tag } from '../icons'
import { isLost } from '../fleet/needs'
import { Name, Prose } from '../outside'
import { ClockTime } from '../time'
import { Nothing } from '../nothing'
import { useStale } from '../use-stale'
import { BatchFacts } from './batch-facts'
import { fleetKey } from './fleet-key'
import { PlanGraph } from './plan-graph'
import { RunGrid } from './run-grid'
import { shortTook, planSentence } from './spec-words'
import { StandsOut } from './stands-out'
import { StartSpec } from './start-spec'
import { RunTrend } from './trend'
import { UnreadBanner } from './unread-banner'
import { useBatchInAddress } from './use-batch-in-address'
import { useUpToDate } from './use-up-to-date'
import marks from '../icons.module.css'
import page from '../page-head.module.css'
import section from '../fleet/section-head.module.css'
import styles from './spec-view.module.css'

interface Props {
  initial: SpecRuns
  /** The fleet without its runs. */
  fleet: Fleet
  /** The batch that the address names; null: none. */
  batchId: string | null
}

/** One spec: its plan, its runs, and what stands out in them. Kept up to date as its runs change [SPEC-4]. */
export function SpecView({ initial, fleet: rendered, batchId }: Props) {
  const fleet = useFleet(rendered, false)
  const { spec: name } = initial
  const stale = useStale(fleet)
  const key = useMemo(() => (fleet.read ? fleetKey(fleet.state, name) : null), [fleet.read, fleet.state, name])
  const { site } = initial
  const ask = useCallback(() => specRuns(name, site), [name, site])
  const { value: spec, failure, behind } = useUpToDate(initial, key, ask)
  const [picked, setPicked] = useBatchInAddress(batchId)
  const stats = useMemo(() => batchStats(spec.runs), [spec.runs])
  const planned = useMemo(() => spec.columns.filter(column => column.planned), [spec.columns])
  const open = spec.columns.find(({ id }) => id === picked)
  const old = stale || failure !== null || behind
  const { link, linkSince, backend } = fleet.state
  const isLiveOld = old || isLost(link.backend)
  const live = spec.runs.filter(({ status, importId }) => importId === null && !isOver(status)).length
  const usual = usualRun(spec.runs)
  const sentence = planSentence(spec)
  return (
    <AtSite site={site}>
      <AppShell version={fleet.state.version} here="specs" docker={link.docker}>
        <title>{`${old ? 'Last known: ' : ''}${shownName(name)}, ${plural(spec.runs.length, 'run')}`}</title>
        <main
          id="main"
          className={styles.spec}
          data-spec={name}
          data-old={old || undefined}
          data-state-version={fleet.state.version}
          data-state-epoch={fleet.state.epoch}
        >
          <section className={page.head} aria-label="Spec">
            <div className={styles.title}>
              <p className={styles.crumb}>
                <Link href="/specs">Specs</Link> <span aria-hidden="true">/</span> spec
                {site !== undefined && ` of ${site}`}
              </p>
              <h1>
                <Name text={name} />
                {spec.onBackend === false && <Tag>not on the backend</Tag>}
              </h1>
            </div>
            <dl className={page.tallies}>
              <div>
                <dt>
                  {spec.runs.length === 1 ? 'run' : 'runs'} {old && <LastKnown />}
                </dt>
                <dd className="num">{spec.runs.length + spec.runsLeftOut}</dd>
              </div>
              <div>
                <dt>live {live > 0 && isLiveOld && <LastKnown />}</dt>
                <dd className="num">{live}</dd>
              </div>
              {usual !== null && (
                <div>
                  <dt>usually</dt>
                  <dd className="num">{shortTook(usual.ms)}</dd>
                </div>
              )}
            </dl>
            <div className={page.side}>
              <div className={marks.links} role="group" aria-label="Sources">
                <BackendLink backend={backend} link={link.backend} since={linkSince} stale={stale} />
              </div>
              <StartSpec spec={name} onBackend={spec.onBackend} primary={!stale && !isLost(link.backend)} />
            </div>
          </section>

          <section aria-labelledby="h-plan">
            <header className={section.head}>
              <h2 id="h-plan">Plan</h2>
              <span className="dim">
                {planned.length > 0 && plural(planned.length, 'batch')}
                {spec.plan.readAt !== null && (
                  <>
                    , read <ClockTime at={spec.plan.readAt} />
                  </>
                )}
              </span>
              {planned.length > 0 && (spec.plan.readAt === null || isLiveOld) && <LastKnown testid="plan-old" />}
            </header>
            {sentence !== null && (
              <p className={styles.note} data-testid="plan-note">
                <Prose text={sentence} />
              </p>
            )}
            {spec.plan.state === 'read' && planned.length === 0 && (
              <p className={styles.note}>The plan holds no batch. Plan the spec again on the backend.</p>
            )}
            <div className={styles.plan} data-open={(planned.length > 0 && open !== undefined) || undefined}>
              {planned.length > 0 && (
                <div className={styles.graph}>
                  <PlanGraph columns={planned} stats={stats} picked={open?.id ?? null} onPick={setPicked} />
                </div>
              )}
              {open && (
                <BatchFacts
                  column={open}
                  columns={spec.columns}
                  runs={spec.runs}
                  stats={stats(open.id)}
                  now={spec.now}
                  onClose={() => setPicked(null)}
                />
              )}
            </div>
          </section>

          <section aria-labelledby="h-runs">
            <header className={section.head}>
              <h2 id="h-runs">Runs</h2>
              <span className="dim">newest first</span>
              {old && <LastKnown />}
            </header>
            {spec.runs.length === 0 ? (
              <Nothing in="runs of a spec" known={old ? 'old' : isLost(link.backend) ? 'silent' : 'current'} />
            ) : (
              <RunGrid spec={spec} isOld={isLiveOld} picked={open?.id ?? null} onPick={setPicked} />
            )}
          </section>

          {spec.runs.length > 0 && (
            <div className={styles.pair}>
              <section aria-labelledby="h-trend">
                <header className={section.head}>
                  <h2 id="h-trend">Durations</h2>
                  <span className="dim">oldest first</span>
                  {old && <LastKnown />}
                </header>
                <RunTrend runs={spec.runs} now={spec.now} />
              </section>
              <section aria-labelledby="h-out">
                <header className={section.head}>
                  <h2 id="h-out">Batches that stand out</h2>
                  {old && <LastKnown />}
                </header>
                <StandsOut columns={spec.columns} runs={spec.runs} stats={stats} onPick={setPicked} />
              </section>
            </div>
          )}
          {failure !== null && !stale && <UnreadBanner failure={failure} />}
        </main>
      </AppShell>
    </AtSite>
  )
}
