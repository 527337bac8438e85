import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { Backend } from './backend'
import { withCleanup } from './cleanup'
import { cpuWhile } from './process-cpu'
import { Product } from './product'
import { Program } from './program'
import { measured, type Row } from './results'
import { median } from './statistics'

const PAGES = 500
const BATCHES = 200
const LOAD = { perSecond: 15, changeEvery: 1 }
const MOST_RATIO = 1.3

/**
 * The processor time of the server for each message that a page gets, of 500 pages of one run. Product and relay work at the same
 * time: so both send the same, and are disturbed alike.
 */
export async function delivery(windows: { warmUpMs: number; count: number; ms: number }): Promise<Row[]> {
  return withCleanup(async defer => {
    const program = (script: string) => new Program(script, defer)
    const backend = await Backend.start(defer)
    const product = await Product.start(backend, defer)
    const run = await backend.beginOne(BATCHES)
    await product.follow([run])
    const [relay, pages, clients] = [program('relay.ts'), program('pages.ts'), program('pages.ts')]
    const { port } = await relay.ask({ product: product.url, run: run.id }, z.object({ port: z.number() }))
    await pages.tell({ kind: 'open pages', url: product.url, run: run.id, count: PAGES })
    await clients.tell({ kind: 'open clients', port, count: PAGES })
    const deliveries = () => Promise.all([pages, clients].map(each => each.ask({ kind: 'deliveries' }, z.number())))

    await backend.load([run], LOAD)
    await sleep(windows.warmUpMs)
    const costs: { product: number[]; relay: number[] } = { product: [], relay: [] }
    for (let window = 0; window < windows.count; window += 1) {
      const before = await deliveries()
      const { used } = await cpuWhile([product.pid, relay.pid], windows.ms)
      const after = await deliveries()
      const [ofPages = 0, ofClients = 0] = after.map((count, index) => count - (before[index] ?? 0))
      if (ofPages === 0 || ofClients === 0) throw new Error('Nothing was delivered.')
      costs.product.push(((used[0] ?? NaN) * 1_000) / ofPages)
      costs.relay.push(((used[1] ?? NaN) * 1_000) / ofClients)
    }
    await backend.rest()
    const [value, floor] = [median(costs.product), median(costs.relay)]
    return [
      measured({
        what: `server CPU per delivery, ${PAGES} pages, ${LOAD.perSecond} changes/s, ${BATCHES} batches`,
        ...{ unit: 'µs', value, floor: { value: floor } },
        mark: { words: `≤ ${MOST_RATIO} × floor`, mostByFloor: MOST_RATIO * floor },
        n: `median of ${windows.count} windows of ${windows.ms / 1_000} s after ${windows.warmUpMs / 1_000} s`,
      }),
    ]
  })
}
