import { useEffect } from 'react'

/** A press that moves less than this is a click, px. */
const LEAST_MOVE = 4

/** Lets a mouse drag what scrolls; fingers and wheels scroll it without this. */
export function usePan(view: HTMLElement | null): void {
  useEffect(() => {
    if (view === null) return
    let last: { x: number; y: number } | null = null
    const onDown = ({ button, pointerType, clientX, clientY }: PointerEvent) => {
      if (button === 0 && pointerType === 'mouse') last = { x: clientX, y: clientY }
    }
    const onMove = ({ pointerId, clientX, clientY }: PointerEvent) => {
      if (last === null) return
      const [dx, dy] = [clientX - last.x, clientY - last.y]
      const isDragged = view.hasPointerCapture(pointerId)
      if (!isDragged && Math.hypot(dx, dy) < LEAST_MOVE) return
      // The end of the drag is then no click on the node under the pointer.
      if (!isDragged) view.setPointerCapture(pointerId)
      view.scrollBy(-dx, -dy)
      last = { x: clientX, y: clientY }
    }
    const onEnd = () => {
      last = null
    }
    view.addEventListener('pointerdown', onDown)
    view.addEventListener('pointermove', onMove)
    for (const end of ENDS) view.addEventListener(end, onEnd)
    return () => {
      view.removeEventListener('pointerdown', onDown)
      view.removeEventListener('pointermove', onMove)
      for (const end of ENDS) view.removeEventListener(end, onEnd)
    }
  }, [view])
}

const ENDS = ['pointerup', 'pointercancel', 'pointerleave'] as const
