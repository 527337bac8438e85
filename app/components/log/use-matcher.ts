import { useEffect, useMemo, useState } from 'react'
import { textMatcher, type Matcher } from '../../../lib/run/text/text-matcher'

/** The engine of patterns is loaded when somebody searches by one. */
const load = async () => (await import('../../../lib/run/text/pattern-matcher')).readPattern
type ReadPattern = Awaited<ReturnType<typeof load>>

/** What is sought. Without a matcher it is nothing, or cannot be sought: `problem` says why, unless that is not known yet. */
export interface Sought {
  matcher: Matcher | null
  problem: string | null
}

const nothing: Sought = { matcher: null, problem: null }

export function useMatcher(sought: string, isPattern: boolean): Sought {
  const [read, setRead] = useState<ReadPattern | 'failed' | null>(null)
  const isNeeded = isPattern && sought !== ''
  useEffect(() => {
    if (!isNeeded) return
    let isStopped = false
    load().then(
      readPattern => !isStopped && setRead(() => readPattern),
      () => !isStopped && setRead('failed'),
    )
    return () => void (isStopped = true)
  }, [isNeeded])
  return useMemo(() => {
    if (sought === '') return nothing
    if (!isPattern) return { matcher: textMatcher(sought), problem: null }
    if (read === 'failed') return { matcher: null, problem: 'Patterns could not be loaded. Search again.' }
    return read === null ? nothing : read(sought)
  }, [sought, isPattern, read])
}
