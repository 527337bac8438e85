import { useLayoutEffect, useState } from 'react'
import type { Box } from './graph-layout'

const contains = (outer: Box, inner: Box) =>
  outer.left <= inner.left && outer.top <= inner.top && outer.right >= inner.right && outer.bottom >= inner.bottom

/**
 * The part of the graph that is near the view, px before any zoom; null for all of it. It changes only when the view gets to its border
 * [PAGE-6.6].
 * @param view scrolls the graph; on a phone the page scrolls
 */
export function useNear(
  view: HTMLElement | null,
  content: HTMLElement | null,
  scale: number,
  all: boolean,
): Box | null {
  const [near, setNear] = useState<Box>({ left: 0, top: 0, right: 0, bottom: 0 })
  useLayoutEffect(() => {
    if (all || view === null || content === null) return
    const look = (isNew: boolean) => {
      const [frame, shown] = [view.getBoundingClientRect(), content.getBoundingClientRect()]
      const seen = {
        left: (Math.max(0, frame.left) - shown.left) / scale,
        top: (Math.max(0, frame.top) - shown.top) / scale,
        right: (Math.min(window.innerWidth, frame.right) - shown.left) / scale,
        bottom: (Math.min(window.innerHeight, frame.bottom) - shown.top) / scale,
      }
      const [across, down] = [Math.abs(seen.right - seen.left) / 2, Math.abs(seen.bottom - seen.top) / 2]
      setNear(last =>
        !isNew && contains(last, seen)
          ? last
          : {
              ...{ left: seen.left - across, right: seen.right + across },
              ...{ top: seen.top - down, bottom: seen.bottom + down },
            },
      )
    }
    look(true)
    const onScroll = () => look(false)
    const observer = new ResizeObserver(onScroll)
    observer.observe(view)
    // Scrolling does not bubble: this hears the view and the page.
    window.addEventListener('scroll', onScroll, { capture: true, passive: true })
    return () => {
      observer.disconnect()
      window.removeEventListener('scroll', onScroll, { capture: true })
    }
  }, [view, content, scale, all])
  return all ? null : near
}
