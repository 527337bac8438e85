'use client'

import { createContext, useContext, useMemo, useSyncExternalStore, type ReactNode } from 'react'
import type { Zone } from '../zone'
import { chooseZone, currentZoneCookie, onZoneChange, readerZone, type ReaderZone } from '../zone-choice'
import controls from './controls.module.css'

const notKnown: ReaderZone = { choice: 'local', zone: 'utc' }
const Reader = createContext(notKnown)

/**
 * Provides the reader's choice of clock to everything inside: on the first render the one that the server knew, then the browser's
 * [PAGE-1.4].
 * @param cookie the value of the request's cookie; empty if there was none
 */
export function ZoneProvider({ cookie, children }: { cookie: string; children: ReactNode }) {
  const told = useSyncExternalStore(onZoneChange, currentZoneCookie, () => cookie)
  const reader = useMemo(() => readerZone(told), [told])
  return <Reader value={reader}>{children}</Reader>
}

/** The zone in which times are written: UTC until the reader's own zone is known. */
export const useZone = (): Zone => useContext(Reader).zone

/** Names the zone of the times in a column if it is not the reader's own. */
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
      className={controls.smallButton}
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
