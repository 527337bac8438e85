/** How far from the edge of the view a match is brought, px. */
const MARGIN = 24

/** How far the view has to move so that a line, or the match in it, is in view. */
export function wayToView(scroller: Element, line: Element): { down: number; right: number } {
  const view = scroller.getBoundingClientRect()
  const match = line.querySelector('mark')
  const { top, bottom, left, right } = (match ?? line).getBoundingClientRect()
  const middle = (view.top + view.bottom) / 2
  const isIn = top >= view.top && bottom <= view.bottom
  const down = isIn ? 0 : (top + Math.min(bottom, top + view.height)) / 2 - middle
  if (!match || scroller.scrollWidth <= scroller.clientWidth) return { down, right: 0 }
  if (left < view.left) return { down, right: left - view.left - MARGIN }
  const over = right - (view.left + scroller.clientWidth)
  // The beginning of a match that is wider than the view.
  return { down, right: over > 0 ? Math.min(over, left - view.left - MARGIN) + MARGIN : 0 }
}
