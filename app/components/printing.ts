import { useEffectEvent, useLayoutEffect, useSyncExternalStore } from 'react'
import { flushSync } from 'react-dom'

const listeners = new Set<() => void>()
let isPrinted = false
let media: MediaQueryList | null = null

/**
 * Whether the page is being printed, so that what paper needs can take the place of what a screen needs: all rows of a list, for
 * example. False on the server.
 */
export const usePrinting = (): boolean => useSyncExternalStore(listen, isPrinting, () => false)

const isPrinting = () => isPrinted || media?.matches === true

const begin = () => tell(true)
const end = () => tell(false)
const look = () => tell(isPrinted)

function listen(listener: () => void): () => void {
  if (listeners.size === 0) {
    media = window.matchMedia('print')
    media.addEventListener('change', look)
    window.addEventListener('beforeprint', begin)
    window.addEventListener('afterprint', end)
  }
  listeners.add(listener)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    media?.removeEventListener('change', look)
    media = null
    window.removeEventListener('beforeprint', begin)
    window.removeEventListener('afterprint', end)
  }
}

function tell(now: boolean): void {
  isPrinted = now
  // The browser lays the paper out as soon as this returns.
  flushSync(() => {
    for (const listener of listeners) listener()
  })
}

/** Scrolls an element back to its place after printing: on paper it does not scroll. */
export function useKeptScroll(find: () => HTMLElement | null, isPrinting: boolean): void {
  const scroller = useEffectEvent(find)
  useLayoutEffect(() => {
    const element = isPrinting ? scroller() : null
    if (element === null) return
    const { scrollTop: top, scrollLeft: left } = element
    return () => element.scrollTo({ top, left, behavior: 'instant' })
  }, [isPrinting])
}
