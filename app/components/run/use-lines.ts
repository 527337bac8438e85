import { useRef, useState, type FocusEvent, type KeyboardEvent } from 'react'
import type { Batch } from '../../../lib/run/model'
import { keyAt, lineAfter } from './table-places'
import type { Shown } from './use-picked'

/** How many frames a line that is far away may take to be rendered. */
const FRAMES = 30

/** The lines of the table as one tab stop: which one it is, and the keys that move it [PAGE-16.1]. */
export interface Lines {
  /** The key of the line that is the tab stop. */
  stop: string | null
  /** The key of the line with the focus. */
  focused: string | null
  /** The line that is asked to be in view. */
  jump: Shown | null
  /** The list's own handlers. */
  onFocus: (event: FocusEvent) => void
  onBlur: (event: FocusEvent) => void
  onKeyDown: (event: KeyboardEvent, batches: readonly Batch[], places: readonly number[]) => void
}

/** @param shown the batch that the page was last asked to show: that is newer than an earlier jump */
export function useLines(shown: Shown | null): Lines {
  const [stop, setStop] = useState<string | null>(null)
  const [isInside, setInside] = useState(false)
  const [jump, setJump] = useState<Shown | null>(null)
  const [shownBefore, setShownBefore] = useState(shown)
  if (shown !== shownBefore) {
    setShownBefore(shown)
    setJump(null)
  }
  /** The frame in which a line that is not rendered yet is looked for again. */
  const frame = useRef(0)
  /** Gives the focus to a line once it is rendered. */
  const focusLine = (list: Element, line: string, frames: number) => {
    const button = list.querySelector<HTMLElement>(`li[data-line="${CSS.escape(line)}"] button`)
    if (button !== null) button.focus()
    else if (frames > 0) frame.current = requestAnimationFrame(() => focusLine(list, line, frames - 1))
  }
  return {
    stop,
    jump,
    focused: isInside ? stop : null,
    onFocus: ({ target }) => {
      const line = target.closest('li')?.dataset['line']
      if (line === undefined) return
      setStop(line)
      setInside(true)
    },
    onBlur: ({ target, relatedTarget, currentTarget }) => {
      // If the window lost the focus, it comes back to this line.
      if (document.activeElement !== target && !currentTarget.contains(relatedTarget)) setInside(false)
    },
    onKeyDown: (event, batches, places) => {
      const { key, currentTarget: list } = event
      const at = places.findIndex(place => keyAt(batches, place) === stop)
      const to = event.altKey || event.ctrlKey || event.metaKey ? null : lineAfter(places.length, at, key)
      const place = to === null ? undefined : places[to]
      if (place === undefined) return
      event.preventDefault()
      const line = keyAt(batches, place)
      // The next key counts from there, also while it is not rendered yet.
      setStop(line)
      cancelAnimationFrame(frame.current)
      if (key === 'Home' || key === 'End') setJump({ batchId: line })
      focusLine(list, line, FRAMES)
    },
  }
}
