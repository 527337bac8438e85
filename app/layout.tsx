import type { Metadata, Viewport } from 'next'
import type { ReactNode } from 'react'
import '@fontsource-variable/inter/wght.css'
import '@fontsource-variable/jetbrains-mono/wght.css'
import './styles/tokens.css'
import './styles/base.css'
import './styles/marks.css'
import './styles/segments.css'
import './styles/controls.css'
import './styles/frame.css'
import './styles/run.css'
import './styles/evidence.css'
import './styles/batches.css'
import './styles/panel.css'
import './styles/log.css'
import './styles/fleet.css'
import './styles/history.css'
import './styles/containers.css'
import './styles/dialog.css'
import './styles/sign-in.css'
import { LiveProvider } from '../lib/client/live'
import { currentVisit } from '../lib/server/visit'
import { Sprite } from './components/sprite'
import { VisitorProvider } from './components/visitor'
import { themeScript } from './theme'

export const metadata: Metadata = {
  description: 'A live dashboard for coding-agent runs',
  robots: 'noindex',
}
export const viewport: Viewport = { colorScheme: 'light dark' }

/** Every page shows the state of this moment; nothing is rendered ahead. */
export const dynamic = 'force-dynamic'

export default function Layout({ children }: { children: ReactNode }) {
  const { person } = currentVisit()
  return (
    // The script in the head sets the theme before React sees the element.
    <html lang="en" suppressHydrationWarning>
      <head>
        <script dangerouslySetInnerHTML={{ __html: themeScript }} />
      </head>
      <body>
        <Sprite />
        {person === undefined ? (
          // Nothing is live for those who are not known.
          children
        ) : (
          <VisitorProvider person={person}>
            <LiveProvider initialNow={new Date().toISOString()}>{children}</LiveProvider>
          </VisitorProvider>
        )}
      </body>
    </html>
  )
}
