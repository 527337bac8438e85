import type { Page } from '@playwright/test'

/** Widths of phones, tablets, laptops and large screens, and both sides of each width at which the layout changes. */
export const WIDTHS = [
  ...[320, 390, 420, 421, 560, 720, 721, 768, 860, 861, 1024, 1100, 1101],
  ...[1200, 1280, 1400, 1559, 1560, 1920, 2560],
]

/** Sets the window to each of the widths, and returns what is illegible there [PAGE-2]. */
export async function illegible(page: Page, widths: readonly number[] = WIDTHS): Promise<string[]> {
  const all: string[] = []
  for (const width of widths) {
    await page.setViewportSize({ width, height: 900 })
    const found = await page.evaluate(look)
    all.push(...found.map(fault => `at ${width} px: ${fault}`))
  }
  return all
}

/** Runs in the page, after its own fonts are loaded: other fonts have taller boxes. */
async function look(): Promise<string[]> {
  // A new layout may be the first to request a font.
  do {
    await document.fonts.ready
    await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))
  } while (document.fonts.status === 'loading')
  const faults: string[] = []
  const wide = document.documentElement.scrollWidth
  if (wide > window.innerWidth) {
    const widest = [...document.querySelectorAll('body *')]
      .filter(element => element.getBoundingClientRect().right > window.innerWidth)
      .map(element => `${element.tagName}.${element.getAttribute('class') ?? ''}`)
    faults.push(`the page is ${wide} px wide, with ${widest.slice(0, 6).join(', ')}`)
  }

  const quoted = (node: Node) => {
    const element = node.parentElement
    const place = element?.closest('[class]')?.className ?? ''
    return `“${(node.textContent ?? '').trim().slice(0, 40)}” in .${place}`
  }
  /** The properties of an element and its ancestors that decide where its text is visible; computed once per element. */
  interface Place {
    hidden: boolean
    floats: boolean
    edges: { edge: DOMRect; scrolls: boolean }[]
  }
  const places = new Map<Element, Place>()
  const placeOf = (element: Element | null): Place => {
    if (element === null || element === document.documentElement) return { hidden: false, floats: false, edges: [] }
    const known = places.get(element)
    if (known) return known
    const around = placeOf(element.parentElement)
    const { overflowX, overflowY, position, clipPath, display, visibility } = getComputedStyle(element)
    const flows = [overflowX, overflowY]
    const scrolls = flows.some(flow => flow === 'auto' || flow === 'scroll')
    const clips = flows.some(flow => flow !== 'visible')
    const isOut = clipPath !== 'none' || display === 'none' || visibility === 'hidden'
    const place = {
      hidden: around.hidden || isOut || element.matches('a[href="#main"]:not(:focus), noscript, script'),
      floats: around.floats || position === 'fixed' || position === 'sticky',
      edges: clips ? [{ edge: element.getBoundingClientRect(), scrolls }, ...around.edges] : around.edges,
    }
    places.set(element, place)
    return place
  }

  interface Box {
    node: Node
    rect: DOMRect
  }
  const boxes: Box[] = []
  const walker = document.createTreeWalker(
    document.querySelector('dialog[open]') ?? document.body,
    NodeFilter.SHOW_TEXT,
  )
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement
    const { hidden, floats, edges } = placeOf(element)
    if (!element || hidden || (node.textContent ?? '').trim() === '' || !element.checkVisibility()) continue
    const range = document.createRange()
    range.selectNodeContents(node)
    let rects = [...range.getClientRects()].filter(({ width, height }) => width > 0.5 && height > 0.5)
    let isCut = rects.length === 0
    for (const { edge, scrolls } of edges) {
      const isIn = ({ left, right, top, bottom }: DOMRect) => {
        const middle = (top + bottom) / 2
        return left >= edge.left - 1 && right <= edge.right + 1 && middle >= edge.top && middle <= edge.bottom
      }
      // Text outside of a scrolling area can be scrolled into view.
      if (!scrolls && !rects.every(isIn)) isCut = true
      rects = rects.filter(isIn)
    }
    if (isCut && element.closest('[data-whole], [data-seq] > :last-child') === null)
      faults.push(`${quoted(node)} is cut`)
    if (!floats) boxes.push(...rects.map(rect => ({ node, rect })))
  }

  boxes.sort((a, b) => a.rect.top - b.rect.top)
  boxes.forEach((a, index) => {
    for (let next = index + 1; next < boxes.length; next += 1) {
      const b = boxes[next]
      if (!b || b.rect.top > a.rect.bottom) break
      const across = Math.min(a.rect.right, b.rect.right) - Math.max(a.rect.left, b.rect.left)
      const down = Math.min(a.rect.bottom, b.rect.bottom) - b.rect.top
      // The boxes of two lines of one paragraph overlap slightly.
      if (a.node !== b.node && across > 2 && down > 6) faults.push(`${quoted(a.node)} and ${quoted(b.node)} overlap`)
    }
  })
  return [...new Set(faults)].slice(0, 4)
}
