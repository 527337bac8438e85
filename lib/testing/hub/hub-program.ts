import { pino } from 'pino'
import { startSteadyClock } from '../../clock/clock'
import { MemoryPublisher } from '../../sync/memory-publisher'
import { parseScope } from '../../sync/parse-scope'
import { Hub } from '../../hub/hub'
import { unmetered, type HubMeter } from '../../hub/api/meter'
import { Recorder } from '../../hub/recording/recorder'

/**
 * For tests: a hub in its own process, which a test can kill. `node <its bundle> <backend> <data folder>` prints JSON lines: the
 * rebuilt runs (`rebuilt`), that a message is live (`live`), and every state that a page would see (`seen`). A line of its input is
 * the id of a run to start, or by how much the clock of its machine is set from now on, ms.
 */
const [backend = '', folder = '', clockSet = '0'] = process.argv.slice(2)

const { now } = Date
let set = Number(clockSet)
Date.now = () => now() + set
startSteadyClock()

const print = (what: object) => process.stdout.write(`${JSON.stringify(what)}\n`)

const publisher = new MemoryPublisher({
  broadcast: scope => {
    const parts = parseScope(scope)
    if (parts?.kind === 'run') void hub.snapshot(parts.runId).then(seen => seen && print({ seen }))
  },
  audience: () => 1,
  failed: (_, error) => {
    throw error
  },
})
const log = pino({ level: 'warn' }, process.stderr)
const meter: HubMeter = {
  ...unmetered,
  message: (_kind, _waited, lag) => {
    if (lag !== null) print({ live: true })
  },
}
const recorder = new Recorder(folder, log)
const hub = new Hub({ backendUrl: new URL(backend), engine: null, publisher, log, recorder, meter })
await hub.restore()
for (const { runId } of await hub.runs()) print({ rebuilt: await hub.snapshot(runId) })
print({ ready: true })

for await (const chunk of process.stdin.setEncoding('utf8') as AsyncIterable<string>) {
  for (const line of chunk.split('\n')) {
    if (line.startsWith('start ')) await hub.start({ spec: '001-todo', runId: line.slice(6) })
    if (line.startsWith('set ')) set = Number(line.slice(4))
    if (line.startsWith('look ')) print({ looked: await hub.snapshot(line.slice(5)), fleet: await hub.fleet() })
    if (line.startsWith('log ')) print({ log: await hub.logs.page(line.slice(4), { after: 0, limit: 10_000 }) })
  }
}
