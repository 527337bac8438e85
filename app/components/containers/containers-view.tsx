'use client'

import { useMemo, useState } from 'react'
import type { AgentContainer, ContainerList, Fleet, LinkState } from '../../../lib/run/model'
import { useContainers, useFleet } from '../../../lib/client/live'
import { classNames } from '../../class-names'
import { emptyPages, knownOf, type Known } from '../../nothing'
import { Command } from '../command'
import { DockerLink } from '../docker-link'
import { AppShell } from '../app-shell'
import { Prose } from '../outside'
import { Age, ClockTime } from '../time'
import { useStale } from '../use-stale'
import { LastKnown } from '../icons'
import { countsOf, foldedOf } from './container-groups'
import { ContainerRow } from './container-row'
import { StopContainerDialog } from './stop-container-dialog'
import { AskNow } from '../ask-now'
import { Banner, BannerCause } from '../banner'
import controls from '../controls.module.css'
import marks from '../icons.module.css'
import nothing from '../nothing.module.css'
import page from '../page-head.module.css'
import table from '../table.module.css'
import styles from './containers-view.module.css'

/** The command that lists the same containers in a terminal. */
const COMMAND = "docker ps -a --filter 'name=^ckrv-'"

/** Every container of the backend that exists now, with its run and batch; kept up to date. */
export function ContainersView({ initial, fleet: rendered }: { initial: ContainerList; fleet: Fleet }) {
  const live = useContainers(initial)
  const { state, sync, checkedAt } = live
  const [asked, setAsked] = useState<AgentContainer | null>(null)
  const stale = useStale({ sync, checkedAt })
  const { docker, dockerSince, containers } = state
  const old = stale || docker.link !== 'live'
  const { runs } = useFleet(rendered, false).state
  const specs = useMemo(() => new Map(runs.map(({ runId, spec }) => [runId, spec])), [runs])
  const { left, atWork } = countsOf(containers)
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
  return (
    <AppShell version={state.version} here="containers" docker={docker.link}>
      <title>{`${left > 0 ? `(${left}) ` : ''}Containers, ${atWork} at work${old ? ', last known' : ''}`}</title>
      <main
        id="main"
        className={styles.containers}
        data-old={old || undefined}
        data-state-version={state.version}
        data-state-epoch={state.epoch}
      >
        <section className={page.head} aria-label="Containers">
          <h1>Containers</h1>
          {docker.link === 'off' ? <span /> : <Tallies containers={containers} old={old} />}
          <div className={page.side}>
            <div className={classNames(marks.links, styles.links)} role="group" aria-label="Sources">
              <DockerLink link={docker.link} since={dockerSince} stale={stale} />
            </div>
          </div>
        </section>
        {docker.link !== 'off' && (
          <p className={styles.same}>
            <span>The same in a terminal</span>
            <Command text={COMMAND} className={styles.command} />
          </p>
        )}
        <OldNote list={state} />
        {containers.length === 0 ? (
          <None link={docker.link} known={knownOf(live, stale, docker.link)} />
        ) : (
          <div className={table.scroller} tabIndex={0} role="region" aria-label="Containers table">
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
      </main>
      {asked && <StopContainerDialog container={asked} onClose={() => setAsked(null)} />}
    </AppShell>
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
function OldNote({ list: { docker, dockerSince, containers } }: { list: ContainerList }) {
  if (docker.link === 'live' || docker.link === 'off') return null
  return (
    <Banner
      testid="docker-banner"
      glyph={docker.link === 'down' ? 'l-down' : 'l-stale'}
      action={<AskNow source="docker" />}
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
function None({ link, known }: { link: LinkState; known: Known }) {
  const [title, text] = noContainers[known]
  return (
    <section className={nothing.empty} data-testid="empty" data-known={known}>
      {link === 'off' ? (
        <>
          <h2>Docker is not watched: DOCKER=off</h2>
          <p>
            Runs are shown by the backend’s word alone, and no verdict is given. Start this server without{' '}
            <code>DOCKER=off</code> to see the agents’ containers beside it.
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
