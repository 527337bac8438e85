'use client'

import { useCallback, useMemo, useState } from 'react'
import type { Fleet } from '../../../lib/run/model'
import type { SpecOverview } from '../../../lib/run/spec-pages'
import type { Live } from '../../../lib/client/live'
import { useFleet } from '../../../lib/client/live-sites'
import { specOverview } from '../../late-api'
import { classNames } from '../../class-names'
import { plural, sentence } from '../../labels'
import { AppShell } from '../app-shell'
import { AtSite, useSite } from '../at-site'
import { Banner, BannerCause } from '../banner'
import { NoSite } from '../no-site'
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

/** The state of one site that the server rendered. */
interface RenderedPart {
  overview: SpecOverview
  /** The fleet without its runs. */
  fleet: Fleet
}

/** Every spec of the backends, and every other one that runs are known of [SPEC-3]. Kept up to date as runs change. */
export function SpecsView({ initial }: { initial: readonly RenderedPart[] }) {
  const [first, ...others] = initial
  if (first === undefined) return <NoSite />
  if (others.length === 0) return <OneSite {...first} />
  return <AllSites initial={initial} />
}

function OneSite({ overview, fleet: rendered }: RenderedPart) {
  const fleet = useFleet(rendered, false)
  const told = useSpecs(overview, fleet)
  return (
    <AppShell version={fleet.state.version} here="specs" docker={fleet.state.link.docker}>
      <title>{titleOf([told])}</title>
      <main
        id="main"
        className={styles.specs}
        data-old={told.old || undefined}
        data-state-version={fleet.state.version}
        data-state-epoch={fleet.state.epoch}
      >
        <SpecsHead of="h1" name="Specs" told={told} fleet={fleet} />
        <AtSite site={overview.site}>
          <SpecTable told={told} />
        </AtSite>
      </main>
    </AppShell>
  )
}

/** One part for each site, which is as fresh as its site. */
function AllSites({ initial }: { initial: readonly RenderedPart[] }) {
  return (
    <AppShell here="specs" version={null}>
      <title>{`Specs of ${plural(initial.length, 'site')}`}</title>
      <main id="main" className={styles.specs}>
        <h1 className="sr">Specs</h1>
        {initial.map(part => (
          <AtSite key={part.overview.site ?? ''} site={part.overview.site}>
            <SitePart {...part} />
          </AtSite>
        ))}
      </main>
    </AppShell>
  )
}

function SitePart({ overview, fleet: rendered }: RenderedPart) {
  const fleet = useFleet(rendered, false)
  const told = useSpecs(overview, fleet)
  const { site = '' } = overview
  return (
    <section
      data-testid="site-specs"
      data-site={site}
      data-old={told.old || undefined}
      data-state-version={fleet.state.version}
      data-state-epoch={fleet.state.epoch}
    >
      <SpecsHead of="h2" name={site} told={told} fleet={fleet} />
      <SpecTable told={told} />
    </section>
  )
}

interface Told {
  specs: SpecOverview['specs']
  stale: boolean
  /** The list of specs is only last known. */
  old: boolean
  /** The state of the live runs is only last known. */
  isLiveOld: boolean
  /** Why the backend's specs can't be read; null: they were read. */
  unread: string | null
  failure: string | null
}

/** The specs of a site, read again as its runs change. */
function useSpecs(overview: SpecOverview, fleet: Live<Fleet>): Told {
  const stale = useStale(fleet)
  const key = useMemo(() => (fleet.read ? fleetKey(fleet.state, null) : null), [fleet.read, fleet.state])
  const { site } = overview
  const ask = useCallback(() => specOverview(site), [site])
  const { value, failure, behind } = useUpToDate(overview, key, ask)
  const old = stale || failure !== null || behind
  return {
    ...{ specs: value.specs, unread: value.backend.failure, failure, stale, old },
    isLiveOld: old || isLost(fleet.state.link.backend),
  }
}

const titleOf = (parts: readonly Told[]): string => {
  const count = parts.reduce((sum, { specs }) => sum + specs.length, 0)
  return `${parts.some(({ old }) => old) ? 'Last known: ' : ''}Specs, ${count}`
}

function SpecsHead({
  of: Heading,
  name,
  told: { specs, stale, isLiveOld, unread },
  fleet: { state },
}: {
  of: 'h1' | 'h2'
  name: string
  told: Told
  fleet: Live<Fleet>
}) {
  const live = specs.reduce((sum, { liveRuns }) => sum + liveRuns, 0)
  return (
    <section className={page.head} aria-label={name}>
      <Heading>{name}</Heading>
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
          <BackendLink backend={state.backend} link={state.link.backend} since={state.linkSince} stale={stale} />
        </div>
      </div>
    </section>
  )
}

function SpecTable({ told: { specs, stale, old, isLiveOld, unread, failure } }: { told: Told }) {
  const [isAll, setAll] = useState(false)
  const site = useSite()
  return (
    <>
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
          aria-label={site === undefined ? 'Specs table' : `Specs table of ${site}`}
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
    </>
  )
}
