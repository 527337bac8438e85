'use client'

import { useMemo, useState } from 'react'
import type { AgentContainer, ContainerList, Fleet, LinkState } from '../../../lib/run/model'
import { useSync, type Live } from '../../../lib/client/live'
import { useContainerLists, useFleets } from '../../../lib/client/live-sites'
import { classNames } from '../../class-names'
import { emptyPages, knownOf, type Known } from '../../nothing'
import { AtSite } from '../at-site'
import { Command } from '../command'
import { DockerLink } from '../docker-link'
import { AppShell } from '../app-shell'
import { NoSite } from '../no-site'
import { Prose } from '../outside'
import { Age, ClockTime } from '../time'
import { useStale } from '../use-stale'
import { LastKnown } from '../icons'
import { countsOf, foldedOf } from './container-groups'
import { ContainerRow } from './container-row'
import { worstLink } from '../fleet/fleet-parts'
import { StopContainerDialog } from './stop-container-dialog'
import { AskNow } from '../ask-now'
import { Banner, BannerCause } from '../banner'
import controls from '../controls.module.css'
import marks from '../icons.module.css'
import nothing from '../nothing.module.css'
import page from '../page-head.module.css'
import table from '../table.module.css'
import section from '../fleet/section-head.module.css'
import styles from './containers-view.module.css'

/** The command that lists the same containers in a terminal. */
const COMMAND = "docker ps -a --filter 'name=^ckrv-'"

/** The state of one site that the server rendered. */
interface RenderedPart {
  list: ContainerList
  /** The fleet without most of its runs. */
  fleet: Fleet
}

/** Every container of the backends that exists now, with its run and batch; kept up to date. */
export function ContainersView({ initial }: { initial: readonly RenderedPart[] }) {
  const lists = useContainerLists(useMemo(() => initial.map(({ list }) => list), [initial]))
  const fleets = useFleets(
    useMemo(() => initial.map(({ fleet }) => fleet), [initial]),
    false,
  )
  const stale = useStale(useSync())
  const all = lists.flatMap(({ state }) => state.containers)
  const old = stale || lists.some(({ state }) => isOldBy(state.docker.link))
  const { left, atWork } = countsOf(all)
  const links = lists.map(({ state }) => state.docker.link)
  const isWatched = links.some(link => link !== 'off')
  const [first] = lists
  if (first === undefined) return <NoSite />

  return (
    <AppShell here="containers" docker={worstLink(links)} version={lists.length === 1 ? first.state.version : null}>
      <title>{`${left > 0 ? `(${left}) ` : ''}Containers, ${atWork} at work${old ? ', last known' : ''}`}</title>
      <main id="main" className={styles.containers} data-old={old || undefined} {...stateData(lists)}>
        <section className={page.head} aria-label="Containers">
          <h1>Containers</h1>
          {isWatched ? <Tallies containers={all} old={old} /> : <span />}
          {first.state.site === undefined && (
            <div className={page.side}>
              <Source list={first.state} stale={stale} />
            </div>
          )}
        </section>
        {isWatched && (
          <p className={styles.same}>
            <span>The same in a terminal</span>
            <Command text={COMMAND} className={styles.command} />
          </p>
        )}
        {lists.map((live, n) => (
          <AtSite key={live.state.site ?? ''} site={live.state.site}>
            <ContainersOf live={live} runs={fleets[n]?.state.runs ?? []} />
          </AtSite>
        ))}
      </main>
    </AppShell>
  )
}

/** Whether what Docker showed last may be outdated. */
const isOldBy = (link: LinkState) => link !== 'live' && link !== 'off'

/** The version of the state that is shown, for tests and tools; of several sites each part has its own. */
const stateData = ([first, ...others]: readonly Live<ContainerList>[]) =>
  first && others.length === 0
    ? { 'data-state-version': first.state.version, 'data-state-epoch': first.state.epoch }
    : {}

/** The containers of one site. */
function ContainersOf({ live, runs }: { live: Live<ContainerList>; runs: Fleet['runs'] }) {
  const { state, sync, checkedAt } = live
  const { site, docker, containers } = state
  const [asked, setAsked] = useState<AgentContainer | null>(null)
  const stale = useStale({ sync, checkedAt })
  const old = stale || docker.link !== 'live'
  const specs = useMemo(() => new Map(runs.map(({ runId, spec }) => [runId, spec])), [runs])
  const { shown, folded } = foldedOf(containers)
  const [isOpen, setOpen] = useState(false)
  const row = (container: AgentContainer) => (
    <ContainerRow
      key={container.id}
      container={container}
      spec={(container.runId !== null && specs.get(container.runId)) || null}
      old={old}
      onStop={setAsked}
    />
  )
  const name = site === undefined ? 'Containers table' : `Containers table of ${site}`
  return (
    <>
      {site !== undefined && (
        <header className={section.head} data-testid="site-containers" data-site={site} data-old={old || undefined}>
          <h2>{site}</h2>
          <Source list={state} stale={stale} />
        </header>
      )}
      <OldNote list={state} />
      {containers.length === 0 ? (
        <None link={docker.link} site={site} known={knownOf(live, stale, docker.link)} />
      ) : (
        <div className={table.scroller} tabIndex={0} role="region" aria-label={name}>
          <table className={classNames(table.table, styles.table)}>
            <thead>
              <tr>
                <th scope="col">Verdict</th>
                <th scope="col">Batch</th>
                <th scope="col">State</th>
                <th scope="col">Finding</th>
                <th scope="col">Container</th>
                <th scope="col" className={table.right}>
                  Age
                </th>
                <th scope="col">
                  <span className="sr">Next step</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {shown.map(row)}
              {folded.length > 0 && (
                <tr>
                  <td colSpan={7}>
                    <button
                      className={classNames(controls.linkButton, styles.fold)}
                      type="button"
                      aria-expanded={isOpen}
                      onClick={() => setOpen(!isOpen)}
                    >
                      {folded.length} containers ended with exit code 0, as the backend says
                    </button>
                  </td>
                </tr>
              )}
              {isOpen && folded.map(row)}
            </tbody>
          </table>
        </div>
      )}
      {asked && <StopContainerDialog container={asked} site={site} onClose={() => setAsked(null)} />}
    </>
  )
}

/** How fresh what Docker showed is; where sites have names, beside that of the site. */
function Source({ list: { docker, dockerSince }, stale }: { list: ContainerList; stale: boolean }) {
  return (
    <div className={classNames(marks.links, styles.links)} role="group" aria-label="Sources">
      <DockerLink link={docker.link} since={dockerSince} stale={stale} />
    </div>
  )
}

/** How many there are of each kind; each container counts once. */
function Tallies({ containers, old }: { containers: readonly AgentContainer[]; old: boolean }) {
  const { left, atWork, ended } = countsOf(containers)
  return (
    <dl className={page.tallies}>
      <div className={left > 0 ? page.urgent : undefined}>
        <dt>left running {old && <LastKnown />}</dt>
        <dd className="num">{left}</dd>
      </div>
      <div>
        <dt>at work {old && <LastKnown />}</dt>
        <dd className="num">{atWork}</dd>
      </div>
      <div>
        <dt>ended {old && <LastKnown />}</dt>
        <dd className="num">{ended}</dd>
      </div>
    </dl>
  )
}

/** Why the list may be outdated, and since when. */
function OldNote({ list: { site, docker, dockerSince, containers } }: { list: ContainerList }) {
  if (docker.link === 'live' || docker.link === 'off') return null
  return (
    <Banner
      testid="docker-banner"
      glyph={docker.link === 'down' ? 'l-down' : 'l-stale'}
      action={<AskNow source="docker" site={site} />}
    >
      <b>
        Docker can’t be reached
        {dockerSince !== null && (
          <>
            {' '}
            since <ClockTime at={dockerSince} />
          </>
        )}
        .
      </b>{' '}
      {containers.length > 0 && (
        <>
          The containers below are as it last showed them
          {dockerSince !== null && (
            <>
              , <Age since={dockerSince} /> ago
            </>
          )}
          .{' '}
        </>
      )}
      Check that the Docker daemon runs.
      {docker.error !== null && (
        <BannerCause>
          <Prose text={docker.error} />
        </BannerCause>
      )}
    </Banner>
  )
}

/** The page is rendered with the list, so `unread` never occurs. */
const noContainers: Record<Known, readonly [string, string]> = {
  ...emptyPages.containers,
  ...{ reading: emptyPages.containers.old, unread: emptyPages.containers.old },
}

/** Explains an empty list. */
function None({ link, site, known }: { link: LinkState; site: string | undefined; known: Known }) {
  const [title, text] = noContainers[known]
  return (
    <section className={nothing.empty} data-testid="empty" data-known={known}>
      {link === 'off' ? (
        <>
          {site === undefined ? <h2>Docker is not watched: DOCKER=off</h2> : <h3>Docker is not watched here</h3>}
          <p>
            Runs are shown by the backend’s word alone, and no verdict is given. Start this server{' '}
            {site === undefined ? (
              <>
                without <code>DOCKER=off</code>
              </>
            ) : (
              <>
                with an address for {site} in <code>DOCKER_HOSTS</code>
              </>
            )}{' '}
            to see the agents’ containers beside it.
          </p>
        </>
      ) : (
        <>
          <h2>{title}</h2>
          <p>{text}</p>
        </>
      )}
    </section>
  )
}
