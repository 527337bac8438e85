import { isKnownZone, type Zone } from './zone'

export const zoneChoices = ['local', 'utc'] as const
export type ZoneChoice = (typeof zoneChoices)[number]

/** The clock that the reader chose, and its zone. */
export interface ReaderZone {
  choice: ZoneChoice
  /** Also `utc` while the reader's own zone is not known. */
  zone: Zone
}

/**
 * The cookie that stores the choice, so that the first HTML is already right. It holds `utc`, or `local:` and the name of the
 * browser's zone, which the server cannot know otherwise.
 */
export const ZONE_COOKIE = 'groundtruth-zone'
const A_YEAR = 365 * 24 * 3_600

/** The choice in the cookie; local with an unknown zone if the cookie is not understood [PAGE-1.4]. */
export function readerZone(cookie: string): ReaderZone {
  if (cookie === 'utc') return { choice: 'utc', zone: 'utc' }
  const own = cookie.startsWith('local:') ? cookie.slice('local:'.length) : ''
  return { choice: 'local', zone: isKnownZone(own) ? own : 'utc' }
}

const listeners = new Set<() => void>()
/** Holds the choice for the life of this page if the browser refuses to store it. */
let unstored: ZoneChoice | null = null
let otherTabs: BroadcastChannel | null = null

/** The value that the cookie must have now, in the browser. */
export function currentZoneCookie(): string {
  const choice = unstored ?? readerZone(stored()).choice
  return choice === 'utc' ? 'utc' : `local:${ownZone()}`
}

/** Stores the choice, and notifies this page and other tabs. */
export function chooseZone(choice: ZoneChoice): void {
  unstored = choice
  store()
  if (readerZone(stored()).choice === choice) unstored = null
  otherTabs?.postMessage('changed')
  tell()
}

/** Calls the listener at every change: by this page, by another tab, of the machine's zone. */
export function onZoneChange(listener: () => void): () => void {
  if (listeners.size === 0) {
    otherTabs = new BroadcastChannel(ZONE_COOKIE)
    otherTabs.addEventListener('message', tell)
    document.addEventListener('visibilitychange', tell)
    store()
  }
  listeners.add(listener)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    otherTabs?.close()
    otherTabs = null
    document.removeEventListener('visibilitychange', tell)
  }
}

function tell(): void {
  store()
  for (const listener of listeners) listener()
}

function ownZone(): Zone {
  // `Etc/Unknown` if the system's zone has no name; its clock is then UTC.
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions()
  return isKnownZone(timeZone) ? timeZone : 'utc'
}

function stored(): string {
  const found = document.cookie.split('; ').find(pair => pair.startsWith(`${ZONE_COOKIE}=`))
  return found?.slice(ZONE_COOKIE.length + 1) ?? ''
}

function store(): void {
  const secure = window.location.protocol === 'https:' ? '; Secure' : ''
  document.cookie = `${ZONE_COOKIE}=${currentZoneCookie()}; Path=/; Max-Age=${A_YEAR}; SameSite=Lax${secure}`
}
