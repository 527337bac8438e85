'use client'

import Link from 'next/link'
import type { ReactNode } from 'react'
import { useRestarting, useSync, useTransport, useTrouble } from '../../lib/client/live'
import type { LinkState } from '../../lib/run/model'
import { troubleText } from '../trouble'
import { Glyph } from './icons'
import { ThemeToggle } from './theme-toggle'
import { Age } from './time'
import { useStale } from './use-stale'
import { UserMenu } from './user-menu'
import { ZoneToggle } from './zone'

interface Props {
  version?: number
  here?: 'fleet' | 'containers'
  /** How fresh Docker's evidence is, if the page knows. */
  docker?: LinkState
  children: ReactNode
}

/** The frame of every page: the bar at the top, and the notice that the page has lost its server [SYNC-6]. */
export function AppShell({ version, here, docker, children }: Props) {
  return (
    <>
      <header className="topbar">
        <a className="skip" href="#main">
          Skip to content
        </a>
        <Link className="brand" href="/">
          <Glyph id="mark" />
          <span>Groundtruth</span>
        </Link>
        <nav aria-label="Pages">
          <Link href="/" aria-current={here === 'fleet' ? 'page' : undefined}>
            Fleet
          </Link>
          <Link href="/containers" aria-current={here === 'containers' ? 'page' : undefined}>
            Containers
            {docker !== undefined && <DockerBadge link={docker} />}
          </Link>
        </nav>
        <div className="topbar-end">
          {version !== undefined && <PageLink version={version} />}
          <UserMenu />
          <ZoneToggle />
          <ThemeToggle />
        </div>
      </header>
      <StaleBanner />
      <noscript>
        <p className="banner">Scripts are off, so this page does not update. Reload it for newer numbers.</p>
      </noscript>
      {children}
    </>
  )
}

function DockerBadge({ link }: { link: LinkState }) {
  return (
    <span className="link badge" data-link={link} title={`Docker: ${link}`}>
      <Glyph id={`l-${link}`} />
      <span className="sr">, Docker {link}</span>
    </span>
  )
}

const POLLING = 'By HTTP long polling: WebSocket does not get through to the server. It is tried again now and then.'

function PageLink({ version }: { version: number }) {
  const { sync, checkedAt } = useSync()
  const transport = useTransport()
  const stale = useStale({ sync, checkedAt })
  return (
    <span
      className={stale ? 'page-link is-old' : 'page-link'}
      data-testid="page-sync"
      data-sync={sync}
      data-transport={transport ?? undefined}
      title={transport === 'polling' ? POLLING : undefined}
    >
      {stale && <Glyph id="l-stale" />}
      Page v{version}
      {stale && ' stale'}
      {checkedAt === null ? (
        !stale && ', connecting'
      ) : (
        <>
          , checked <Age since={checkedAt} /> ago
        </>
      )}
    </span>
  )
}

function StaleBanner() {
  const { sync, checkedAt } = useSync()
  const stale = useStale({ sync, checkedAt })
  const restarting = useRestarting()
  const trouble = useTrouble()
  if (!stale && !restarting) return null
  return (
    <section className="banner" role="status" data-testid="page-stale">
      <Glyph id="l-down" />
      <p>
        <b>
          {restarting
            ? 'The dashboard is restarting.'
            : checkedAt === null
              ? 'This page can’t connect to its server.'
              : 'This page has lost its server.'}
        </b>{' '}
        What it shows of live runs is last known
        {checkedAt !== null && (
          <>
            , <Age since={checkedAt} /> old
          </>
        )}
        . It tries again by itself.
        {trouble !== null && !restarting && <span className="banner-why">{troubleText(trouble)}</span>}
      </p>
      <button className="button" type="button" onClick={() => window.location.reload()}>
        Reload
      </button>
    </section>
  )
}
