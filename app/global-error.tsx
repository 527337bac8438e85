'use client'

import '@fontsource-variable/inter/wght.css'
import './styles/tokens.css'
import './styles/base.css'
import type { ComponentProps } from 'react'
import { PageFailed } from './components/app-shell'

/** The page for an error in the layout or in another error page: the same text, without the frame of the other pages. */
export default function GlobalError(props: ComponentProps<typeof PageFailed>) {
  return (
    <html lang="en" suppressHydrationWarning>
      <body>
        <PageFailed {...props} />
      </body>
    </html>
  )
}
