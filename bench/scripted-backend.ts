import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { WebSocketServer } from 'ws'
import { z } from 'zod'
import { barePage } from './bare-page'
import { Sender } from './load'
import { answerCommands } from './program'
import { ScriptedRun } from './scripted-run'

/**
 * A backend that sends what a load wants, in a process of its own: the HTTP calls that a dashboard makes, and a WebSocket for each
 * run. It does nothing but that, so that it is never the slowest part. It also serves the bare page that is the floor of a page.
 */
const runs = new Map<string, ScriptedRun>()
/** The runs that the load goes to, in turns. */
let loaded: ScriptedRun[] = []

const sender = new Sender((kind, n) => {
  const run = loaded[n % loaded.length]
  if (kind === 'change') run?.change(n)
  else run?.print(n)
})

const answers: [pattern: RegExp, answer: (run: ScriptedRun) => object][] = [
  [/^\/api\/plans\/detail\?spec=([^&]*)/, run => run.plan()],
  [/^\/api\/history\/([^/?]*)\?/, run => ({ success: true, total_count: 1, runs: [run.entry(false)] })],
  [/^\/api\/history\/([^/?]*)\//, run => ({ success: true, run: run.entry(true) })],
]

/** One run of each spec. */
function specs(): object {
  const all = [...runs.values()].map(({ spec: name }) => ({ name, has_tasks: true, has_plan: true, task_count: 1 }))
  return { specs: all, count: all.length }
}

function answerTo(url: string): object | string {
  if (url === '/health') return 'OK'
  if (url === '/api/specs') return specs()
  if (url.startsWith('/bare')) return barePage
  for (const [pattern, answer] of answers) {
    const spec = pattern.exec(url)?.[1]
    const run = spec === undefined ? undefined : [...runs.values()].find(each => each.spec === spec)
    if (run) return answer(run)
  }
  return { success: false, error: 'Not found' }
}

function respond({ url = '' }: IncomingMessage, response: ServerResponse): void {
  const body = answerTo(url)
  const isText = typeof body === 'string'
  response.setHeader('content-type', isText ? 'text/html; charset=utf-8' : 'application/json')
  response.end(isText ? body : JSON.stringify(body))
}

const server = createServer(respond)
const sockets = new WebSocketServer({ server, path: '/api/execution/ws', perMessageDeflate: false })
sockets.on('connection', (socket, { url = '' }) => {
  const id = new URL(url, 'http://backend').searchParams.get('run_id') ?? ''
  const run = runs.get(id)
  if (run) run.join(socket)
  else {
    socket.send(JSON.stringify({ type: 'error', message: 'Execution not found.' }))
    socket.terminate()
  }
})

const command = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('listen') }),
  z.object({ kind: z.literal('begin'), runs: z.number(), batches: z.number() }),
  z.object({ kind: z.literal('load'), runs: z.array(z.string()), perSecond: z.number(), changeEvery: z.number() }),
  z.object({ kind: z.literal('rest') }),
  z.object({ kind: z.literal('replay'), run: z.string() }),
])

answerCommands(command, async asked => {
  switch (asked.kind) {
    case 'listen':
      await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
      return server.address()
    case 'begin': {
      const first = runs.size + 1
      const begun = Array.from({ length: asked.runs }, (_, n) => {
        return new ScriptedRun(`bench-${first + n}`, first + n, asked.batches)
      })
      for (const run of begun) runs.set(run.id, run)
      return begun.map(({ id, spec }) => ({ id, spec }))
    }
    case 'load':
      loaded = asked.runs.flatMap(id => runs.get(id) ?? [])
      sender.start(asked)
      return null
    case 'rest':
      return sender.stop()
    case 'replay':
      return runs.get(asked.run)?.replayBytes
  }
})
