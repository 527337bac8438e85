/** The part of the view above lines that do not fit into it. */
const THIRD = 1 / 3

/** Where a view begins that shows lines in its middle, or their beginning below its upper third if they do not fit, px. */
export function topOfLines({ from, to }: { from: number; to: number }, height: number, whole: number): number {
  const above = to - from <= height ? (height - (to - from)) / 2 : height * THIRD
  return Math.round(Math.min(Math.max(0, from - above), Math.max(0, whole - height)))
}

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
  const free = Math.max(view.left, heldUntil(line))
  if (left < free) return { down, right: left - free - MARGIN }
  const over = right - (view.left + scroller.clientWidth)
  // The beginning of a match that is wider than the view.
  return { down, right: over > 0 ? Math.min(over, left - free - MARGIN) + MARGIN : 0 }
}

/** Where the number and the time of a line end, which stay in view. */
const heldUntil = (line: Element): number =>
  line.querySelector('[data-held]')?.getBoundingClientRect().right ?? -Infinity
