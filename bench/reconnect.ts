import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { Backend } from './backend'
import { withCleanup } from './cleanup'
import { Product } from './product'
import { Program } from './program'
import { measured, type Row } from './results'

const PAGES = 500
const BATCHES = 200
/** How long the pages may take to come back, ms. */
const GRACE = 60_000

const returned = z.object({ back: z.number(), lastBackAt: z.number() })

/** 500 pages of one run after a restart of the server: how long until each has the state again, and how often it was encoded. */
export async function reconnect(): Promise<Row[]> {
  return withCleanup(async defer => {
    const backend = await Backend.start(defer)
    const product = await Product.start(backend, defer)
    const run = await backend.beginOne(BATCHES)
    await product.follow([run])
    const pages = new Program('pages.ts', defer)
    await pages.tell({ kind: 'open pages', url: product.url, run: run.id, count: PAGES })

    const endedAt = Date.now()
    await product.end()
    await product.start()
    const readyAt = Date.now()
    const backAt = await untilBack(pages)
    const encoded = await product.metric('groundtruth_sent_total')

    const of = `${PAGES} pages after a restart, ${BATCHES} batches`
    const one = (what: string, unit: string, value: number) => measured({ what, unit, value, n: '1 restart' })
    return [
      one(`${of}: from the stop until the last page is right`, 'ms', backAt - endedAt),
      one(`${of}: from /readyz until the last page is right`, 'ms', Math.max(0, backAt - readyAt)),
      one(`${of}: states and steps encoded`, '', encoded),
    ]
  })
}

async function untilBack(pages: Program): Promise<number> {
  const deadline = Date.now() + GRACE
  while (Date.now() < deadline) {
    const { back, lastBackAt } = await pages.ask({ kind: 'back' }, returned)
    if (back >= PAGES) return lastBackAt
    await sleep(100)
  }
  throw new Error(`Not all of ${PAGES} pages were back within ${GRACE / 1_000} s.`)
}
