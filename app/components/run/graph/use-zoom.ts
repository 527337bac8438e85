import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { Layout } from './graph-layout'
import { fitScale, turned, withinRange, type Size } from './scale'

/** A point of the window that stays above the same point of the graph. */
interface Anchor {
  at: { x: number; y: number }
  /** The point of the graph, px before any zoom. */
  over: { x: number; y: number }
}

export interface Zoom {
  scale: number
  /** The graph fits into the view, also when the view changes. */
  isFit: boolean
  /** Zooms by a factor around the middle of the view. */
  by: (factor: number) => void
  fit: () => void
}

const NO_SIZE: Size = { width: 0, height: 0 }

/**
 * The zoom of the graph: it fits at first, and after that as the reader chose it. The view scrolls by itself, so this moves nothing.
 * @param view scrolls the graph
 * @param content the graph, as large as it is at this zoom
 */
export function useZoom(view: HTMLElement | null, content: HTMLElement | null, layout: Layout, fixed: boolean): Zoom {
  const [chosen, setChosen] = useState<number | null>(null)
  const size = useSize(view)
  const scale = fixed ? 1 : (chosen ?? fitScale(size, layout))
  const anchor = useRef<Anchor | null>(null)

  const zoom = useCallback(
    (to: (scale: number) => number, at?: { x: number; y: number }) => {
      if (view === null || content === null || fixed) return
      const [frame, shown] = [view.getBoundingClientRect(), content.getBoundingClientRect()]
      const point = at ?? { x: frame.left + frame.width / 2, y: frame.top + frame.height / 2 }
      const over = { x: (point.x - shown.left) / scale, y: (point.y - shown.top) / scale }
      anchor.current = { at: point, over }
      setChosen(to(scale))
    },
    [view, content, fixed, scale],
  )
  useLayoutEffect(() => {
    const held = anchor.current
    anchor.current = null
    if (held === null || view === null || content === null) return
    const shown = content.getBoundingClientRect()
    view.scrollBy(shown.left + held.over.x * scale - held.at.x, shown.top + held.over.y * scale - held.at.y)
  }, [view, content, scale])

  useEffect(() => {
    if (view === null) return
    const onWheel = (event: WheelEvent) => {
      if (!event.ctrlKey && !event.metaKey) return
      // Otherwise the browser zooms the whole page.
      event.preventDefault()
      zoom(before => turned(before, event.deltaY), { x: event.clientX, y: event.clientY })
    }
    view.addEventListener('wheel', onWheel, { passive: false })
    return () => view.removeEventListener('wheel', onWheel)
  }, [view, zoom])

  return {
    scale,
    isFit: chosen === null,
    by: useCallback((factor: number) => zoom(before => withinRange(before * factor)), [zoom]),
    fit: useCallback(() => setChosen(null), []),
  }
}

/** The size of an element inside its upper border, with its scroll bars: they come and go with the zoom. */
function useSize(element: HTMLElement | null): Size {
  const [size, setSize] = useState(NO_SIZE)
  useLayoutEffect(() => {
    if (element === null) return
    const look = () => setSize({ width: element.offsetWidth, height: element.offsetHeight - element.clientTop })
    look()
    const observer = new ResizeObserver(look)
    observer.observe(element)
    return () => observer.disconnect()
  }, [element])
  return size
}
