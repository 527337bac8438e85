'use client'

import type { ComponentProps } from 'react'
import { Frame } from './components/frame'
import { PageFailed } from './components/page-failed'

export default function ErrorPage(props: ComponentProps<typeof PageFailed>) {
  return (
    <Frame>
      <PageFailed {...props} />
    </Frame>
  )
}
