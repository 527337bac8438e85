'use client'

import type { ComponentProps } from 'react'
import { AppShell } from './components/app-shell'
import { PageFailed } from './components/page-failed'

export default function ErrorPage(props: ComponentProps<typeof PageFailed>) {
  return (
    <AppShell>
      <PageFailed {...props} />
    </AppShell>
  )
}
