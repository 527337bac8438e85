import { gzipSync } from 'node:zlib'
import type { Browser } from '@playwright/test'
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
        ...{ what: 'JavaScript of a run’s page, gzip', unit: 'kB', value: script, floor: { value: bareScript } },
        ...{ mark: { words: `≤ ${MOST_SCRIPT}`, most: MOST_SCRIPT }, n: '1 page' },
      }),
    ]
  })
}

async function timed(work: () => Promise<void>): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}

/** Opens a page with an empty cache. Returns the size of all scripts that it has loaded until it is live, kB after gzip. */
async function scriptOf(browser: Browser, url: string): Promise<number> {
  const page = await browser.newPage()
  try {
    const sizes: Promise<number>[] = []
    page.on('response', response => {
      if (response.request().resourceType() !== 'script') return
      sizes.push(response.body().then(body => gzipSync(body).length))
    })
    await page.goto(url, { waitUntil: 'networkidle' })
    await page.locator('[data-sync="live"]').first().waitFor({ state: 'attached', timeout: 30_000 })
    return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0) / 1_000
  } finally {
    await page.close()
  }
}
