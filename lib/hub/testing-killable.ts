import { pino } from 'pino'
import { MemoryPublisher } from '../sync/memory-publisher'
import { parseScope } from '../sync/scope'
import { Hub } from './hub'
import { Recorder } from './recorder'

/**
 * For tests: a hub in a process of its own, to be killed. `node <its bundle> <backend> <data folder>`
 * prints, as JSON lines, the runs as they are rebuilt (`rebuilt`), and every state that a page would see (`seen`). A line of
 * its input is the id of a run to start.
 */
const [backend = '', folder = ''] = process.argv.slice(2)

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
const recorder = new Recorder(folder, log)
const hub = new Hub({ backendUrl: new URL(backend), engine: null, publisher, log, recorder })
await hub.restore()
for (const { runId } of await hub.runs()) print({ rebuilt: await hub.snapshot(runId) })
print({ ready: true })

for await (const chunk of process.stdin.setEncoding('utf8') as AsyncIterable<string>) {
  for (const line of chunk.split('\n')) {
    if (line.startsWith('start ')) await hub.start({ spec: '001-todo', runId: line.slice(6) })
    if (line.startsWith('log ')) print({ log: await hub.logs(line.slice(4), { after: 0, limit: 10_000 }) })
  }
}
