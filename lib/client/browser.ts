import { allParts, LatePart } from './late'
import { lateConnection } from './late-connection'
import type { Environment } from './store'

const setTimer: Environment['setTimer'] = (ms, callback) => {
  const timer = setTimeout(callback, ms)
  return () => clearTimeout(timer)
}

const connection = new LatePart(async () => {
  const [{ socketConnection }, { codecs }] = await Promise.all([
    import('./socket-connection'),
    import('./scope-codecs'),
  ])
  return { openConnection: socketConnection(), codecs }
})

/** The browser as the store's environment. */
export const browser: Environment = {
  ...lateConnection({ load: () => allParts().then(() => connection.get()), answers: serverAnswers, setTimer }),
  wall: () => Date.now(),
  steady: () => performance.now(),
  setTimer,
  nextFrame: callback => nextFrame(callback, window),
  onWake: callback => onWake(callback, window, document),
  reload: () => window.location.reload(),
}

async function serverAnswers(): Promise<boolean> {
  try {
    return (await fetch('/readyz', { cache: 'no-store' })).ok
  } catch {
    return false
  }
}

/** How long a page that is not painted waits, ms: a hidden tab gets no frames, but its title must still be right. */
const UNPAINTED_MS = 250

/** Calls back before the page is painted next, or after 250 ms if it is hidden. Returns a function that cancels it. */
export function nextFrame(
  callback: () => void,
  window: Pick<Window, 'requestAnimationFrame' | 'cancelAnimationFrame' | 'clearTimeout'> & {
    setTimeout: (callback: () => void, ms: number) => number
  },
): () => void {
  const cancel = () => {
    window.cancelAnimationFrame(frame)
    window.clearTimeout(timer)
  }
  const call = () => {
    cancel()
    callback()
  }
  const frame = window.requestAnimationFrame(call)
  const timer = window.setTimeout(call, UNPAINTED_MS)
  return cancel
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
