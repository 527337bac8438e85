import type { Page } from '@playwright/test'

/** Phones, tablets, laptops, screens; and both sides of each width at which the layout changes. */
export const WIDTHS = [
  ...[320, 360, 390, 420, 421, 480, 540, 600, 660, 720, 721, 768, 820, 860, 861, 920, 1000, 1024, 1100, 1101],
  ...[1150, 1200, 1280, 1340, 1366, 1400, 1439, 1440, 1500, 1536, 1600, 1720, 1920, 2240, 2560],
]

/** Makes the window as wide as each of the widths, and tells what can't be read there [PAGE-2]. */
export async function illegible(page: Page, widths: readonly number[] = WIDTHS): Promise<string[]> {
  const all: string[] = []
  for (const width of widths) {
    await page.setViewportSize({ width, height: 900 })
    const found = await page.evaluate(look)
    all.push(...found.map(fault => `at ${width} px: ${fault}`))
  }
  return all
}

/** Runs in the page, once it is laid out. */
async function look(): Promise<string[]> {
  await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))
  const faults: string[] = []
  const wide = document.documentElement.scrollWidth
  if (wide > window.innerWidth) faults.push(`the page is ${wide} px wide`)

  const quoted = (node: Node) => {
    const element = node.parentElement
    const place = element?.closest('[class]')?.className ?? ''
    return `“${(node.textContent ?? '').trim().slice(0, 40)}” in .${String(place)}`
  }
  const isHidden = (element: Element) => {
    if (!element.checkVisibility({ visibilityProperty: true })) return true
    for (let each: Element | null = element; each; each = each.parentElement) {
      if (getComputedStyle(each).clipPath !== 'none' || each.matches('.skip:not(:focus), noscript')) return true
    }
    return false
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
    if (!element || (node.textContent ?? '').trim() === '' || isHidden(element)) continue
    const range = document.createRange()
    range.selectNodeContents(node)
    let rects = [...range.getClientRects()].filter(({ width, height }) => width > 0.5 && height > 0.5)
    let floats = false
    let isCut = rects.length === 0
    for (let box: Element | null = element; box && box !== document.documentElement; box = box.parentElement) {
      const { overflowX, overflowY, position } = getComputedStyle(box)
      if (position === 'fixed' || position === 'sticky') floats = true
      if (overflowX === 'visible' && overflowY === 'visible') continue
      const edge = box.getBoundingClientRect()
      const outside = ({ left, right, top, bottom }: DOMRect) =>
        left < edge.left - 1 ||
        right > edge.right + 1 ||
        (top + bottom) / 2 > edge.bottom ||
        (top + bottom) / 2 < edge.top
      const isScroller = [overflowX, overflowY].some(flow => flow === 'auto' || flow === 'scroll')
      // What lies outside of an area that scrolls can be scrolled to.
      if (!isScroller && rects.some(outside)) isCut = true
      rects = rects.filter(rect => !outside(rect))
    }
    if (isCut && element.closest('[data-whole], .line .text') === null) faults.push(`${quoted(node)} is cut`)
    if (!floats) boxes.push(...rects.map(rect => ({ node: node as Node, rect })))
  }

  boxes.sort((a, b) => a.rect.top - b.rect.top)
  boxes.forEach((a, index) => {
    for (let next = index + 1; next < boxes.length; next += 1) {
      const b = boxes[next]
      if (!b || b.rect.top > a.rect.bottom) break
      const across = Math.min(a.rect.right, b.rect.right) - Math.max(a.rect.left, b.rect.left)
      const down = Math.min(a.rect.bottom, b.rect.bottom) - b.rect.top
      // The boxes of two lines of one paragraph overlap by a little.
      if (a.node !== b.node && across > 2 && down > 6) faults.push(`${quoted(a.node)} and ${quoted(b.node)} overlap`)
    }
  })
  return [...new Set(faults)].slice(0, 4)
}
