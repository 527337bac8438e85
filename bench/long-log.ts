import { setTimeout as sleep } from 'node:timers/promises'
import type { Browser, Page } from '@playwright/test'
import { z } from 'zod'
import { Backend } from './backend'
import { withCleanup } from './cleanup'
import { memoryOf } from './process-cpu'
import { Product } from './product'
import { measured, type Row } from './results'
import { record, shownBy } from './delays'
import { median } from './statistics'

const LINES = 200_000
const LINES_A_SECOND = 5_000
/** How long the last lines may take to be shown, and a new page to show the newest, ms. */
const GRACE = 60_000
/** In how many steps a reader goes through the whole log, up and down again, and how long each one is looked at, ms. */
const STEPS = 100
const LOOKED_AT = 100
/** The longest task of a page while its log is scrolled, ms, and its heap, MB. */
const MOST_TASK = 200
const MOST_HEAP = 150

const tasks = z.array(z.number())

/** A run whose agents print very much: what that does to a page that follows it, to the server, and to a page that comes later. */
export async function longLog(browser: Browser): Promise<Row[]> {
  return withCleanup(async defer => {
    const backend = await Backend.start(defer)
    const product = await Product.start(backend, defer)
    const run = await backend.beginOne(14)
    await product.follow([run])
    const url = `${product.url}/runs/${run.id}`
    const page = await opened(browser, url)
    defer(() => page.close())
    const before = { heap: await heapOf(page), memory: memoryOf(product.pid) }

    await backend.load([run], { perSecond: LINES_A_SECOND, changeEvery: LINES })
    await sleep((1_000 * LINES) / LINES_A_SECOND)
    const newest = (await backend.rest()).lines.at(-1)
    if (!newest) throw new Error('The backend has sent no line.')
    const behind = (await shownAt(page, newest[0])) - newest[1]
    const long = await longTasksOf(page)
    const [heap, memory] = [await heapOf(page), memoryOf(product.pid)]
    await page.evaluate(scrollThrough, { steps: STEPS, pause: LOOKED_AT })
    const whileScrolled = (await longTasksOf(page)).slice(long.length)
    const heapAfter = await heapOf(page)
    await page.close()
    const newPages: number[] = []
    for (let n = 0; n < 3; n += 1) {
      const began = Date.now()
      const next = await opened(browser, url)
      newPages.push((await shownAt(next, newest[0])) - began)
      await next.close()
    }

    const of = `${newest[0].toLocaleString('en')} log lines, ${LINES_A_SECOND.toLocaleString('en')}/s`
    const one = (what: string, unit: string, value: number) => measured({ what, unit, value, n: '1 run' })
    return [
      one(`${of}: last line → DOM`, 'ms', behind),
      one(`${of}: tasks of the page above 50 ms, their number`, '', long.length),
      one(`${of}: tasks of the page above 50 ms, the longest`, 'ms', Math.max(0, ...long)),
      one(`${of}: growth of the page’s heap after garbage collection`, 'MB', heap - before.heap),
      measured({
        ...{ what: `${of}: the longest task of the page while all of it is scrolled`, unit: 'ms' },
        ...{ value: Math.max(0, ...whileScrolled), n: `${2 * STEPS} steps` },
        mark: { words: `≤ ${MOST_TASK}`, most: MOST_TASK },
      }),
      measured({
        ...{ what: `${of}: the page’s heap after that, after garbage collection`, unit: 'MB', value: heapAfter },
        ...{ mark: { words: `≤ ${MOST_HEAP}`, most: MOST_HEAP }, n: '1 run' },
      }),
      one(`${of}: growth of the server’s memory (RSS)`, 'MB', memory - before.memory),
      measured({
        ...{ what: `${of}: a new page until it shows the newest line`, unit: 'ms', value: median(newPages) },
        n: `median of ${newPages.length} pages`,
      }),
    ]
  })
}

/** The durations of the page's tasks above 50 ms so far, ms. */
const longTasksOf = async (page: Page): Promise<number[]> =>
  tasks.parse(await page.evaluate((): unknown => Reflect.get(window, 'benchLongTasks')))

async function opened(browser: Browser, url: string): Promise<Page> {
  const page = await browser.newPage()
  await record(page)
  await page.addInitScript(recordLongTasks)
  await page.goto(url)
  await page.locator('[data-sync="live"]').first().waitFor({ state: 'attached', timeout: 30_000 })
  return page
}

/** When the page first showed this log line or a later one, ms of the system's clock. */
async function shownAt(page: Page, line: number): Promise<number> {
  const deadline = Date.now() + GRACE
  while (Date.now() < deadline) {
    const found = (await shownBy(page)).lines.find(([n]) => n >= line)
    if (found) return found[1]
    await sleep(100)
  }
  throw new Error(`A page did not show the newest of ${line} lines within ${GRACE / 1_000} s.`)
}

/** The size of the page's heap after a garbage collection, MB. */
async function heapOf(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page)
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  await session.detach()
  return usedSize / 1_000_000
}

/** Runs in the page: scrolls the log to its beginning and back. */
async function scrollThrough({ steps, pause }: { steps: number; pause: number }): Promise<void> {
  const lines = document.querySelector('[data-testid="log-lines"]')
  if (!lines) throw new Error('The page has no log.')
  for (let step = 1; step <= 2 * steps; step += 1) {
    const share = Math.abs(steps - step) / steps
    lines.scrollTop = share * (lines.scrollHeight - lines.clientHeight)
    await new Promise(resolve => setTimeout(resolve, pause))
  }
}

/** Runs in the page. */
function recordLongTasks(): void {
  const durations: number[] = []
  Reflect.set(window, 'benchLongTasks', durations)
  new PerformanceObserver(list => {
    for (const { duration } of list.getEntries()) durations.push(duration)
  }).observe({ type: 'longtask', buffered: true })
}
