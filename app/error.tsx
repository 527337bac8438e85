'use client'

import type { ComponentProps } from 'react'
import { AppShell, PageFailed } from './components/app-shell'

export default function ErrorPage(props: ComponentProps<typeof PageFailed>) {
  return (
    <AppShell>
      <PageFailed {...props} />
    </AppShell>
  )
}
