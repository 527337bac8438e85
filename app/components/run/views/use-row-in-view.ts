import { useEffect } from 'react'

/** The events by which a reader scrolls, or asks for something else. */
const BY_HAND = ['wheel', 'touchmove', 'pointerdown', 'keydown'] as const

/**
 * Scrolls the table so that the row of the open batch is wholly in view [PAGE-12.11], also as what stands above the table grows
 * while it loads, until the reader does something. Does nothing where the whole page scrolls.
 * @param picked the open batch; null: none
 * @param isTable the table is shown
 */
export function useRowInView(picked: string | null, isTable: boolean): void {
  useEffect(() => {
    const list = document.querySelector<HTMLElement>('#view > section')
    if (picked === null || !isTable || list === null) return
    const bring = () => {
      const row = list.querySelector(`[data-testid="batch-card"][data-batch-id="${CSS.escape(picked)}"]`)
      if (row === null || getComputedStyle(list).overflowY === 'visible') return
      const [{ top, bottom }, { height: head }] = [
        row.getBoundingClientRect(),
        list.querySelector('header')?.getBoundingClientRect() ?? new DOMRect(),
      ]
      const from = list.getBoundingClientRect().top + list.clientTop
      const below = bottom - (from + list.clientHeight)
      // A row that is higher than the list shows its beginning.
      list.scrollTop += below > 0 ? Math.min(below, top - from - head) : Math.min(0, top - from - head)
    }
    const sized = new ResizeObserver(bring)
    sized.observe(list)
    const leave = () => sized.disconnect()
    BY_HAND.forEach(name => window.addEventListener(name, leave, { passive: true, once: true }))
    return () => {
      sized.disconnect()
      BY_HAND.forEach(name => window.removeEventListener(name, leave))
    }
  }, [picked, isTable])
}
