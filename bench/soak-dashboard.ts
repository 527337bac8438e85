import { createServer } from 'node:http'
import { pino } from 'pino'
import { Hub } from '../lib/hub/hub'
import { MemoryStore } from '../lib/hub/runs'
import { openAccess } from '../lib/server/access/authentication'
import { readConfig } from '../lib/server/config'
import { createEdge, listen } from '../lib/server/http/edge'
import { Gateway } from '../lib/server/gateway'
import { createApi } from '../lib/server/http/http'
import { Metrics } from '../lib/server/metrics'
import { Pace } from '../lib/server/bounds/pace'
import { Sites } from '../lib/sites/sites'
import { MemoryPublisher } from '../lib/sync/memory-publisher'

/**
 * The dashboard without its pages, in its own process, so that its heap holds nothing else. Prints its URL. It answers each line of
 * its input with the memory that it holds after a full garbage collection, as JSON. Needs `--expose-gc`.
 */
const [backend = '', kept = ''] = process.argv.slice(2)
const { gc } = globalThis
if (gc === undefined) throw new Error('Start it with --expose-gc.')

const log = pino({ level: 'warn' }, process.stderr)
const live = createServer()
const metrics = new Metrics()
const config = readConfig({})
const { access } = openAccess(config, log, () => undefined)
const gateway = new Gateway(live, access, log, metrics)
const publisher = new MemoryPublisher(gateway)
// Few finished runs are kept: once the limit is reached, the heap has no reason to grow.
const store = new MemoryStore({ maxRuns: Number(kept) })
const hub = new Hub({ backendUrl: new URL(backend), engine: null, publisher, log, store, meter: metrics })
metrics.watch({ hubs: [hub], gateway })
gateway.open(publisher)
const pages = () => Promise.resolve()
const pace = new Pace()
const api = createApi({
  sites: new Sites([hub]),
  imports: hub.imports,
  metrics,
  audit: () => undefined,
  warnings: () => [],
  pace,
})
const behind = { ...config.access, access, api, pages, signIn: null, live, scripts: [], meter: metrics, log }
const edge = createEdge({ ...behind, pace })
console.log((await listen(edge, '127.0.0.1', 0)).href)

for await (const _ of process.stdin) {
  gc()
  gc()
  const { heapUsed, rss, external } = process.memoryUsage()
  const { logBytes, queuedBytes } = hub.state()
  console.log(JSON.stringify({ heapUsed, rss, external, logBytes, queuedBytes, slow: gateway.connectionStats().slow }))
}
process.exit()
