import { useEffect, useRef, useState } from 'react'
import type { Answer } from '../../api'
import { UpToDate, type Shown } from './up-to-date'

/** How often a page that is looked at asks although nothing seems to have changed: a plan changes without any run, ms. */
const EVERY = 15_000

const timing = {
  now: () => performance.now(),
  setTimer: (ms: number, callback: () => void) => {
    const timer = setTimeout(callback, ms)
    return () => clearTimeout(timer)
  },
}

/**
 * What the page was rendered with, kept up to date.
 * @param key changes with what the answer depends on; null while that is not known
 * @param ask has to stay the same function
 */
export function useUpToDate<T>(initial: T, key: string | null, ask: () => Promise<Answer<T>>): Shown<T> {
  const [shown, show] = useState<Shown<T>>({ value: initial, failure: null, behind: false })
  const kept = useRef<UpToDate<T>>(null)
  useEffect(() => {
    const upToDate = new UpToDate(initial, ask, show, timing)
    kept.current = upToDate
    const look = () => {
      if (document.visibilityState === 'visible') upToDate.again()
    }
    const timer = setInterval(look, EVERY)
    document.addEventListener('visibilitychange', look)
    return () => {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', look)
      upToDate.close()
    }
  }, [initial, ask])
  useEffect(() => {
    if (key !== null) kept.current?.want(key)
  }, [initial, ask, key])
  return shown
}
