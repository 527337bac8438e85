import type { Browser } from '@playwright/test'
import { gzippedSize, scriptsIn } from './page-scripts'
import { Backend } from './backend'
import { BareNext } from './bare-next'
import { withCleanup } from './cleanup'
import { Product } from './product'
import { measured, type Row } from './results'
import { median } from './statistics'

const MOST_START_RATIO = 1.5
/** kB after gzip. */
const MOST_SCRIPT = 180

/** How long the server takes from its start until it serves, and how much JavaScript a page loads, beside a bare application. */
export async function firstPage(browser: Browser, starts: number): Promise<Row[]> {
  return withCleanup(async defer => {
    const backend = await Backend.start(defer)
    const bare = await BareNext.build(defer)
    const product = await Product.start(backend, defer)
    await bare.start()
    const run = await backend.beginOne(14)
    await product.follow([run])
    const script = await scriptOf(browser, `${product.url}/runs/${run.id}`)
    const bareScript = await scriptOf(browser, bare.url)

    const times: Record<'product' | 'bare', number[]> = { product: [], bare: [] }
    for (let n = 0; n < starts; n += 1) {
      await bare.stop()
      times.bare.push(await timed(() => bare.start()))
      await product.end()
      times.product.push(await timed(() => product.start()))
    }
    const [start, floor] = [median(times.product), median(times.bare)]
    return [
      measured({
        ...{
          what: 'start of the server until /readyz; floor: until the bare page is served',
          unit: 'ms',
          value: start,
          floor: { value: floor },
        },
        mark: { words: `≤ ${MOST_START_RATIO} × floor`, mostByFloor: MOST_START_RATIO * floor },
        n: `median of ${starts} starts in turns`,
      }),
      measured({
        ...{ what: 'JavaScript that the HTML of a run’s page refers to, gzip', unit: 'kB', n: '1 page' },
        ...{ value: script.first, floor: { value: bareScript.first } },
        mark: { words: `≤ ${MOST_SCRIPT}`, most: MOST_SCRIPT },
      }),
      measured({
        ...{ what: 'JavaScript of a run’s page, with what it loads later, gzip', unit: 'kB', n: '1 page' },
        ...{ value: script.all, floor: { value: bareScript.all } },
      }),
    ]
  })
}

async function timed(work: () => Promise<void>): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}

/**
 * Opens a page with an empty cache. Returns the sizes of its scripts, kB after gzip: of those that its HTML refers to, and of all that
 * it has loaded until it is live.
 */
async function scriptOf(browser: Browser, url: string): Promise<{ first: number; all: number }> {
  const page = await browser.newPage()
  try {
    const sizes = new Map<string, Promise<number>>()
    page.on('response', response => {
      if (response.request().resourceType() !== 'script') return
      sizes.set(new URL(response.url()).pathname, response.body().then(gzippedSize))
    })
    const first = scriptsIn(await (await fetch(url)).text())
    await page.goto(url, { waitUntil: 'networkidle' })
    await page.locator('[data-sync="live"]').first().waitFor({ state: 'attached', timeout: 30_000 })
    const sum = async (paths: Iterable<string>) => {
      const each = await Promise.all(Array.from(paths, async path => (await sizes.get(path)) ?? 0))
      return each.reduce((total, size) => total + size, 0) / 1_000
    }
    return { first: await sum(first), all: await sum(sizes.keys()) }
  } finally {
    await page.close()
  }
}
