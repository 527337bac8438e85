import { setTimeout as sleep } from 'node:timers/promises'
import type { Browser } from '@playwright/test'
import { Backend, type BackendRun } from './backend'
import { withCleanup } from './cleanup'
import type { Load } from './load'
import { Product } from './product'
import { figureText, measured, type Row } from './results'
import { delaysOf, record, shownBy, type Delays } from './delays'
import { median, quantile } from './statistics'

/** One row: how large the run is, what it gets, and what is demanded. */
export interface LatencyCase {
  batches: number
  load: Load
  /** How many ms the 99th percentile may be above the floor's; null: no such mark. */
  aboveFloor: number | null
  /** What it may be at most, ms; null: no such mark. */
  most: number | null
}

/** How often each page is measured; how long, ms, after a warm-up whose messages are not counted. */
interface Windows {
  count: number
  warmUpMs: number
  ms: number
}

/** How long the last messages may take to be shown, ms: a page that falls behind has a delay, too. */
const GRACE = 20_000
const VIEWPORT = { width: 1_280, height: 1_600 }

/**
 * Measures from a message leaving the backend to the changed document of a page, for the product's page and for the bare page in
 * turns, in the same browser.
 */
export async function latency(browser: Browser, of: LatencyCase, windows: Windows): Promise<Row[]> {
  return withCleanup(async defer => {
    const backend = await Backend.start(defer)
    const product = await Product.start(backend, defer)
    const all: Record<'product' | 'bare', Delays[]> = { product: [], bare: [] }
    for (let window = 0; window < windows.count; window += 1) {
      const run = await backend.beginOne(of.batches)
      await product.follow([run])
      const pages = { bare: `${backend.url}/bare?run_id=${run.id}`, product: `${product.url}/runs/${run.id}` }
      for (const which of ['bare', 'product'] as const) {
        all[which].push(await delaysOn(browser, pages[which], { backend, run, load: of.load, ...windows }))
      }
    }
    return rowsOf(of, all)
  })
}

interface Window extends Omit<Windows, 'count'> {
  backend: Backend
  run: BackendRun
  load: Load
}

async function delaysOn(browser: Browser, url: string, { backend, run, load, warmUpMs, ms }: Window): Promise<Delays> {
  const page = await browser.newPage({ viewport: VIEWPORT })
  try {
    await record(page)
    await page.goto(url)
    await page.locator('[data-sync="live"]').first().waitFor({ state: 'attached', timeout: 30_000 })
    await backend.load([run], load)
    await sleep(warmUpMs)
    const begin = Date.now()
    await sleep(ms)
    const sent = await backend.rest()
    const isCounted = ([, at]: [number, number]) => at >= begin
    const counted = { changes: sent.changes.filter(isCounted), lines: sent.lines.filter(isCounted) }
    const deadline = Date.now() + GRACE
    let delays = delaysOf(counted, await shownBy(page))
    while (delays.missing > 0 && Date.now() < deadline) {
      await sleep(500)
      delays = delaysOf(counted, await shownBy(page))
    }
    if (delays.missing > 0) {
      const all = counted.changes.length + counted.lines.length
      const words = `did not show ${delays.missing} of ${all} messages, ${GRACE / 1_000} s after the last was sent`
      throw new Error(`${url} ${words}: it shows ${delays.newest}.`)
    }
    return delays
  } finally {
    await page.close()
  }
}

function rowsOf({ batches, load, aboveFloor, most }: LatencyCase, all: Record<'product' | 'bare', Delays[]>): Row[] {
  const rate = `${batches.toLocaleString('en')} batches, ${load.perSecond.toLocaleString('en')} ${load.changeEvery === 1 ? 'changes' : 'messages'}/s`
  return (['changes', 'lines'] as const).flatMap(kind => {
    const [product, bare] = [all.product, all.bare].map(windows => windows.map(delays => delays[kind]))
    if (!product || !bare || product.flat().length === 0) return []
    const floor = typical(bare, 0.99)
    const words = [
      ...(aboveFloor === null ? [] : [`p99 ≤ floor + ${aboveFloor}`]),
      ...(most === null ? [] : [`p99 < ${most}`]),
    ]
    const row = measured({
      what: `${kind === 'changes' ? 'change of a batch' : 'log line'} → DOM, ${rate}: p50 / p99 / max`,
      unit: 'ms',
      value: typical(product, 0.99),
      shown: spread(product),
      floor: { value: floor, shown: spread(bare) },
      mark: {
        words: words.join(', '),
        ...(most !== null && { most }),
        ...(aboveFloor !== null && { mostByFloor: floor + aboveFloor }),
      },
      n: `${product.flat().length} messages; medians of ${product.length} windows in turns; resolution 1 ms`,
    })
    return [row]
  })
}

/** The median of the windows: noise of the machine in one of them does not count. */
const typical = (windows: readonly number[][], share: number) => median(windows.map(delays => quantile(delays, share)))

const spread = (windows: readonly number[][]) =>
  [typical(windows, 0.5), typical(windows, 0.99), Math.max(...windows.flat())].map(figureText).join(' / ')
