'use client'

import { createContext, useContext, useMemo, useSyncExternalStore, type ReactNode } from 'react'
import type { Zone } from '../zone'
import { chooseZone, currentZoneCookie, onZoneChange, readerZone, type ReaderZone } from '../zone-choice'

const notKnown: ReaderZone = { choice: 'local', zone: 'utc' }
const Reader = createContext(notKnown)

/**
 * Says to all that is inside which clock the reader wants: on the first render as the server knew it, then as the
 * browser has it [PAGE-1.4].
 * @param cookie what the request's cookie said; empty where there was none
 */
export function ZoneProvider({ cookie, children }: { cookie: string; children: ReactNode }) {
  const told = useSyncExternalStore(onZoneChange, currentZoneCookie, () => cookie)
  const reader = useMemo(() => readerZone(told), [told])
  return <Reader value={reader}>{children}</Reader>
}

/** The zone that times are written in: UTC until the reader's own is known. */
export const useZone = (): Zone => useContext(Reader).zone

/** Says which zone the times in a column are in, where it is not the reader's own. */
export function ZoneNote() {
  return useZone() === 'utc' ? ', UTC' : ''
}

/** Switches all times between the reader's own zone and UTC. */
export function ZoneToggle() {
  const { choice, zone } = useContext(Reader)
  const isUtc = choice === 'utc'
  const now = isUtc ? 'UTC' : zone === 'utc' ? 'local, here UTC' : `local, ${zone}`
  const label = `Times: ${now}. Switch to ${isUtc ? 'local time' : 'UTC'}`
  return (
    <button
      className="button small zone-toggle"
      type="button"
      data-testid="zone"
      data-zone={zone}
      title={label}
      onClick={() => chooseZone(isUtc ? 'local' : 'utc')}
    >
      <span aria-hidden="true">{isUtc ? 'UTC' : 'Local'}</span>
      <span className="sr">{label}</span>
    </button>
  )
}
