import type { Page } from '@playwright/test'

/** Collects how far the browser says that parts of the page have moved, from now on. */
export const watchShifts = (page: Page) =>
  page.evaluate(() => {
    const shifts: string[] = []
    Reflect.set(window, 'groundtruthShifts', shifts)
    new PerformanceObserver(list => {
      for (const entry of list.getEntries()) {
        const sources = (Reflect.get(entry, 'sources') ?? []) as { node: Node | null }[]
        const names = sources.map(({ node }) =>
          node instanceof Element ? node.outerHTML.slice(0, 120) : node?.textContent,
        )
        shifts.push(`${String(Reflect.get(entry, 'value'))}: ${names.join(' | ')}`)
      }
    }).observe({ type: 'layout-shift' })
  })

/** What has moved since: the score of each shift, and the parts that moved. */
export const shifts = (page: Page) => page.evaluate(() => Reflect.get(window, 'groundtruthShifts') as string[])
