'use client'

import Link from 'next/link'
import type { ReactNode } from 'react'
import { LiveProvider, useRestarting, useSync, useTransport, useTrouble, type Trouble } from '../../lib/client/live'
import type { LinkState } from '../../lib/run/model'
import type { Person } from '../../lib/server/request-context'
import { classNames } from '../class-names'
import { Banner, BannerCause, NoScriptBanner } from './banner'
import { Glyph } from './icons'
import { unreachableText } from '../unreachable'
import { SitesProvider } from './sites'
import { lateComponent } from './late-component'
import { ThemeToggle } from './theme-toggle'
import { Age } from './time'
import type { Lent } from './tools/page-state'
import { useStale } from './use-stale'
import { UserMenu } from './user-menu'
import { useVisitor, VisitorProvider } from './visitor'
import { ZoneProvider, ZoneToggle } from './zone'
import controls from './controls.module.css'
import styles from './app-shell.module.css'
import marks from './icons.module.css'

// The layout brings the script of this file, so no page has to bring it again, nor the error pages that come with each page.
export { PageFailed } from './page-failed'

const pageTools = () => import('./tools/page-tools')
const LatePageTools = lateComponent(async () => (await pageTools()).PageTools)
const LateCause = lateComponent<{ trouble: Trouble; wasConnected: boolean }>(
  async () => (await pageTools()).TroubleCause,
  ({ trouble: { kind } }) => kind === 'unreachable' && <BannerCause>{unreachableText}</BannerCause>,
)

interface ProvidersProps {
  person: Person
  /** The cookie that keeps the reader's choice of the zone. */
  zone: string
  /** The names of the sites; empty if only the default one is configured. */
  sites: readonly string[]
  /** The server's clock when it rendered the page, ISO 8601. */
  initialNow: string
  children: ReactNode
}

/** Gives all pages their visitor, the zone of their times, and their connection. */
export function AppProviders({ person, zone, sites, initialNow, children }: ProvidersProps) {
  return (
    <VisitorProvider person={person}>
      <ZoneProvider cookie={zone}>
        <SitesProvider names={sites}>
          <LiveProvider initialNow={initialNow}>{children}</LiveProvider>
        </SitesProvider>
      </ZoneProvider>
    </VisitorProvider>
  )
}

interface Props {
  /** The version of the page's state; null if it shows several states. */
  version?: number | null
  here?: 'fleet' | 'containers' | 'specs'
  /** How fresh Docker's evidence is, if the page knows. */
  docker?: LinkState
  /** The state of the page, for its keys, its palette and its announcements. */
  tools?: Lent
  /** The parts of the page that can be skipped to: their ids, and names. */
  parts?: Readonly<Record<string, string>>
  children: ReactNode
}

/** The frame of every page: the bar at the top, and the notice that the page has lost its server [SYNC-6]. */
export function AppShell({ version, here, docker, tools, parts = {}, children }: Props) {
  const isSignedIn = useVisitor().name !== null
  return (
    <>
      <header className={styles.topbar} data-signed-in={isSignedIn || undefined}>
        <a className={styles.skip} href="#main">
          Skip to content
        </a>
        {Object.entries(parts).map(([id, name]) => (
          <a key={id} className={styles.skip} href={`#${id}`}>
            Skip to {name}
          </a>
        ))}
        <Link className={styles.brand} href="/">
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
          <Link href="/specs" aria-current={here === 'specs' ? 'page' : undefined}>
            Specs
          </Link>
        </nav>
        <div className={styles.end}>
          {version !== undefined && <PageLink version={version} />}
          <button className={controls.smallButton} type="button" data-opens="palette" title="Ctrl K">
            <Glyph id="i-search" />
            <span>Go to…</span>
          </button>
          <UserMenu />
          <ZoneToggle />
          <ThemeToggle />
        </div>
      </header>
      <NoScriptBanner />
      {children}
      <StaleBanner />
      <LatePageTools of={tools} />
    </>
  )
}

function DockerBadge({ link: told }: { link: LinkState }) {
  // A page that has lost its server does not know it any more.
  const link = useStale(useSync()) && told === 'live' ? 'stale' : told
  return (
    <span className={classNames(marks.link, styles.badge)} data-link={link} title={`Docker: ${link}`}>
      <Glyph id={`l-${link}`} />
      <span className="sr">, Docker {link}</span>
    </span>
  )
}

function PageLink({ version }: { version: number | null }) {
  const { sync, checkedAt } = useSync()
  const transport = useTransport()
  const stale = useStale({ sync, checkedAt })
  return (
    <span
      className={styles.pageLink}
      data-old={stale || undefined}
      data-testid="page-sync"
      data-sync={sync}
      data-transport={transport ?? undefined}
      title={`${version === null ? '' : `Version ${version} of this page.`}${transport === 'polling' ? ' By long polling.' : ''}`}
    >
      {stale && <Glyph id="l-stale" />}
      {checkedAt === null ? (stale ? 'Not connected' : 'Connecting') : stale ? 'Last known' : 'Up to date'}
    </span>
  )
}

/** At the lower end of the view, where it moves nothing [PAGE-17.4]. */
function StaleBanner() {
  const { sync, checkedAt } = useSync()
  const stale = useStale({ sync, checkedAt })
  const restarting = useRestarting()
  const trouble = useTrouble()
  if (!stale && !restarting) return null
  return (
    <Banner
      testid="page-stale"
      glyph="l-down"
      action={
        <button className={controls.button} type="button" onClick={() => window.location.reload()}>
          Reload
        </button>
      }
    >
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
      {trouble !== null && !restarting && <LateCause trouble={trouble} wasConnected={checkedAt !== null} />}
    </Banner>
  )
}
