'use client'

import { useEffect, useEffectEvent, useMemo, useRef, useState, type RefObject } from 'react'
import { useServerTime } from '../../../lib/client/live'
import type { FleetPart } from './fleet-parts'
import { arranged, byWeightAndAge, inPlace, needsOf, type Arranged, type Need } from './needs'

const MINUTE = 60_000

/** The needs of all sites, in order. Of a site that the page has lost no time passes for what it says. */
export function useNeeds(parts: readonly FleetPart[]): readonly Need[] {
  const time = useServerTime(MINUTE)
  const [nows, setNows] = useState(() => parts.map(() => time))
  if (parts.some(({ stale }, n) => !stale && nows[n] !== time)) {
    setNows(parts.map(({ stale }, n) => (stale ? (nows[n] ?? time) : time)))
  }
  return useMemo(() => {
    const all = parts.flatMap(({ fleet }, n) => needsOf(fleet, nows[n] ?? 0))
    return parts.length === 1 ? all : all.sort(byWeightAndAge)
  }, [parts, nows])
}

interface Places extends Arranged {
  /** The keys of lines whose reason is gone; they keep their place for now. */
  gone: ReadonlySet<string>
  /** For the element whose lines keep their places while the pointer or the focus is in it. */
  hold: {
    ref: RefObject<HTMLElement | null>
    onPointerEnter: () => void
    onPointerLeave: () => void
    onFocus: () => void
    onBlur: (event: { currentTarget: Node; relatedTarget: EventTarget | null }) => void
  }
}

const none: ReadonlySet<string> = new Set()

/** Divides needs into open and folded ones. Their places stay the same while a person points at one of them [FLEET-1.5]. */
export function usePlaces(needs: readonly Need[]): Places {
  const [held, setHeld] = useState<Arranged | null>(null)
  const isIn = useRef({ pointer: false, focus: false })
  const places = held === null ? { ...arranged(needs), gone: none } : inPlace(held, needs)
  // The new ones keep their places, too.
  if (held !== null && places.open.length > held.open.length) setHeld({ open: places.open, folded: places.folded })

  const note = (what: Partial<typeof isIn.current>) => {
    Object.assign(isIn.current, what)
    if (!isIn.current.pointer && !isIn.current.focus) setHeld(null)
    else setHeld(before => before ?? arranged(needs))
  }
  const box = useRef<HTMLElement>(null)
  const onPointerOver = useEffectEvent(({ target }: PointerEvent) => {
    note({ pointer: target instanceof Node && box.current?.contains(target) === true })
  })
  const isHeld = held !== null
  useEffect(() => {
    if (!isHeld) return
    // A dialog that closes under the pointer is left without an event.
    document.addEventListener('pointerover', onPointerOver)
    return () => document.removeEventListener('pointerover', onPointerOver)
  }, [isHeld])
  return {
    ...places,
    hold: {
      ref: box,
      onPointerEnter: () => note({ pointer: true }),
      onPointerLeave: () => note({ pointer: false }),
      onFocus: () => note({ focus: true }),
      onBlur: ({ currentTarget, relatedTarget }) => {
        if (!(relatedTarget instanceof Node && currentTarget.contains(relatedTarget))) note({ focus: false })
      },
    },
  }
}
