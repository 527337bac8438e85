import { socketLink } from './link'
import type { Environment } from './store'

/** The browser as the store's environment. */
export const browser: Environment = {
  openLink: socketLink(),
  wall: () => Date.now(),
  steady: () => performance.now(),
  setTimer: (ms, callback) => {
    const timer = setTimeout(callback, ms)
    return () => clearTimeout(timer)
  },
  onWake: callback => onWake(callback, window, document),
  reload: () => window.location.reload(),
}

/**
 * Calls back when a page may have slept: it is shown again, comes back from the browser's cache, gets the focus, or is online
 * again. The browser reports all of these before it paints. Returns a function that ends the calls.
 */
export function onWake(
  callback: () => void,
  window: EventTarget,
  document: EventTarget & { visibilityState: string },
): () => void {
  const whenVisible = () => {
    if (document.visibilityState === 'visible') callback()
  }
  const events = ['pageshow', 'focus', 'online']
  document.addEventListener('visibilitychange', whenVisible)
  for (const event of events) window.addEventListener(event, callback)
  return () => {
    document.removeEventListener('visibilitychange', whenVisible)
    for (const event of events) window.removeEventListener(event, callback)
  }
}
