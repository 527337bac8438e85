import type { Metadata, Viewport } from 'next'
import { cookies } from 'next/headers'
import type { ReactNode } from 'react'
import '@fontsource-variable/inter/wght.css'
import '@fontsource-variable/jetbrains-mono/wght.css'
import './styles/tokens.css'
import './styles/base.css'
import './styles/print.css'
import { serverNow } from '../lib/clock/clock'
import { iso } from '../lib/run/time/time'
import { getShown } from '../lib/server/site-accessor'
import { currentRequestContext } from '../lib/server/request-context'
import { AppProviders } from './components/app-shell'
import { Sprite } from './components/sprite'
import { Tip } from './components/tip'
import { firstPaintScript } from './first-paint'
import { ZONE_COOKIE } from './zone-choice'

export const metadata: Metadata = {
  description: 'A live dashboard for coding-agent runs',
  robots: 'noindex',
}
export const viewport: Viewport = { colorScheme: 'light dark' }

/** Every page shows the current state, so nothing is rendered in advance. */
export const dynamic = 'force-dynamic'

/** The names of the sites that the visitor may see; none while nothing names a site. */
function namedSites(): string[] {
  return getShown().sites.hubs.flatMap(({ site }) => site ?? [])
}

export default async function Layout({ children }: { children: ReactNode }) {
  const { person } = currentRequestContext()
  const zone = (await cookies()).get(ZONE_COOKIE)?.value ?? ''
  return (
    // The script in the head sets theme and density before React sees the element.
    <html lang="en" suppressHydrationWarning>
      <head>
        <script dangerouslySetInnerHTML={{ __html: firstPaintScript }} />
      </head>
      <body>
        <Sprite />
        <Tip />
        {person === undefined ? (
          // A reader who is not signed in gets no live data.
          children
        ) : (
          <AppProviders person={person} zone={zone} sites={namedSites()} initialNow={iso(serverNow())}>
            {children}
          </AppProviders>
        )}
      </body>
    </html>
  )
}
