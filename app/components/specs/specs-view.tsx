'use client'

import { useMemo, useState } from 'react'
import type { Fleet } from '../../../lib/run/model'
import type { SpecOverview } from '../../../lib/run/spec-pages'
import { useFleet } from '../../../lib/client/live'
import { specOverview } from '../../late-api'
import { classNames } from '../../class-names'
import { plural, sentence } from '../../labels'
import { AppShell } from '../app-shell'
import { Banner, BannerCause } from '../banner'
import { Nothing } from '../nothing'
import { isLost } from '../fleet/needs'
import { BackendLink } from '../backend-link'
import { LastKnown } from '../icons'
import { Prose } from '../outside'
import { useStale } from '../use-stale'
import { fleetKey } from './fleet-key'
import { SpecRow } from './spec-row'
import { UnreadBanner } from './unread-banner'
import { useUpToDate } from './use-up-to-date'
import controls from '../controls.module.css'
import marks from '../icons.module.css'
import page from '../page-head.module.css'
import table from '../table.module.css'
import styles from './specs-view.module.css'

/** More rows than these are shown at a press. */
const FIRST_ROWS = 200

interface Props {
  initial: SpecOverview
  /** The fleet without its runs. */
  fleet: Fleet
}

/** Every spec of the backend, and every other one that runs are known of [SPEC-3]. Kept up to date as runs change. */
export function SpecsView({ initial, fleet: rendered }: Props) {
  const fleet = useFleet(rendered, false)
  const stale = useStale(fleet)
  const key = useMemo(() => (fleet.read ? fleetKey(fleet.state, null) : null), [fleet.read, fleet.state])
  const { value, failure, behind } = useUpToDate(initial, key, specOverview)
  const { link, linkSince, backend } = fleet.state
  const old = stale || failure !== null || behind
  const [isAll, setAll] = useState(false)
  const isLiveOld = old || isLost(link.backend)
  const { specs } = value
  const live = specs.reduce((sum, { liveRuns }) => sum + liveRuns, 0)
  const unread = value.backend.failure
  return (
    <AppShell version={fleet.state.version} here="specs" docker={link.docker}>
      <title>{`${old ? 'Last known: ' : ''}Specs, ${specs.length}`}</title>
      <main
        id="main"
        className={styles.specs}
        data-old={old || undefined}
        data-state-version={fleet.state.version}
        data-state-epoch={fleet.state.epoch}
      >
        <section className={page.head} aria-label="Specs">
          <h1>Specs</h1>
          <dl className={page.tallies}>
            <div>
              <dt>
                {specs.length === 1 ? 'spec' : 'specs'} {(isLiveOld || unread !== null) && <LastKnown />}
              </dt>
              <dd className="num">{specs.length}</dd>
            </div>
            <div>
              <dt>
                live {live === 1 ? 'run' : 'runs'} {live > 0 && isLiveOld && <LastKnown />}
              </dt>
              <dd className="num">{live}</dd>
            </div>
          </dl>
          <div className={page.side}>
            <div className={marks.links} role="group" aria-label="Sources">
              <BackendLink backend={backend} link={link.backend} since={linkSince} stale={stale} />
            </div>
          </div>
        </section>
        {unread !== null && (
          <Banner testid="specs-unread" glyph="l-down">
            <b>The backend’s specs can’t be read now.</b> Those below are the ones that runs are known of.
            {unread !== '' && (
              <BannerCause>
                <Prose text={sentence(unread)} />
              </BannerCause>
            )}
          </Banner>
        )}
        {specs.length === 0 ? (
          <Nothing in="specs" known={old ? 'old' : unread !== null ? 'silent' : 'current'} />
        ) : (
          <div
            className={classNames(table.scroller, styles.scroller)}
            tabIndex={0}
            role="region"
            aria-label="Specs table"
          >
            <table className={classNames(table.table, styles.table)}>
              <thead>
                <tr>
                  <th scope="col">Spec</th>
                  <th scope="col">Now</th>
                  <th scope="col">Last run</th>
                  <th scope="col">Last ten, newest first</th>
                  <th scope="col" className={table.right}>
                    Usually
                  </th>
                  <th scope="col">
                    <span className="sr">Next step</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {(isAll ? specs : specs.slice(0, FIRST_ROWS)).map(spec => (
                  <SpecRow key={spec.name} spec={spec} isOld={isLiveOld} />
                ))}
              </tbody>
            </table>
          </div>
        )}
        {!isAll && specs.length > FIRST_ROWS && (
          <p className={styles.note}>
            <button className={controls.button} type="button" onClick={() => setAll(true)}>
              Show the other {plural(specs.length - FIRST_ROWS, 'spec')}
            </button>
          </p>
        )}
        {failure !== null && !stale && <UnreadBanner failure={failure} />}
      </main>
    </AppShell>
  )
}
