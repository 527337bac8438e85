'use client'

import '@fontsource-variable/inter/wght.css'
import './styles/tokens.css'
import './styles/base.css'
import './styles/controls.css'
import './styles/frame.css'
import type { ComponentProps } from 'react'
import { PageFailed } from './components/page-failed'

/** What surrounds every page has failed, too: the same words, and nothing else. */
export default function GlobalError(props: ComponentProps<typeof PageFailed>) {
  return (
    <html lang="en" suppressHydrationWarning>
      <body>
        <PageFailed {...props} />
      </body>
    </html>
  )
}
