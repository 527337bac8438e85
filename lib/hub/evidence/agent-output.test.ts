import { Readable } from 'node:stream'
import { describe, expect, it, vi } from 'vitest'
import { Engine } from '../../docker/engine/engine'
import { KnownLines } from '../../docker/logs/known-lines'
import { idOf, inspectionOf } from '../../testing/docker/fixtures'
import { agent } from '../../testing/run/told-run'
import { AgentLogs, LogBudget } from '../logs'
import { AgentOutput } from './agent-output'

const ID = idOf(7)
const SECRET = 'ghp_aB3dE6gH9jK2mN5pQ8sTaB3dE6gH9jK2mN5p'

/** One line of a log, as the Engine frames it. */
function framed(text: string): Buffer {
  const body = Buffer.from(`2026-01-02T03:04:05.000000000Z ${text}\n`)
  const header = Buffer.alloc(8)
  header[0] = 1
  header.writeUInt32BE(body.length, 4)
  return Buffer.concat([header, body])
}

/** The output of containers that have ended and printed these lines, and the log of their batch. */
function outputOf(...texts: string[]) {
  const engine = new Engine({ socketPath: '/nonexistent/docker.sock' })
  vi.spyOn(engine, 'inspect').mockImplementation(id => Promise.resolve(inspectionOf(id, { state: 'exited' })))
  const stream = () => Readable.from(texts.map(framed))
  vi.spyOn(engine, 'logs').mockImplementation(() => Promise.resolve({ stream: stream(), tty: false }))
  const unheard = {
    ...{ opened: () => undefined, appended: () => undefined },
    ...{ rebuilt: () => undefined, closed: () => undefined },
  }
  const logs = new AgentLogs(new LogBudget(), unheard)
  logs.assign(ID, { runId: 'r', batchId: 'b' })
  const output = new AgentOutput(engine, logs, error => expect.unreachable(String(error)))
  const lines = () =>
    logs
      .get('r', 'b')
      ?.tail(Infinity)
      .map(({ text }) => text) ?? []
  return { output, lines }
}

const running = { ...agent('7', { state: 'running' as const }), id: ID, startedAt: 1 }
const gone = { ...running, removed: true }

describe('what an agent’s container printed', () => {
  it('[DOCK-8.13] [SAFE-4.45] is masked before it is kept', async () => {
    const { output, lines } = outputOf(`the token is ${SECRET}`)
    output.read(running, true)
    await vi.waitFor(() => expect(lines()).toEqual(['the token is ghp_•••']))
    output.close()
  })

  it('[DOCK-8.13] [SAFE-4.45] is masked also where a secret spans lines', async () => {
    const begin = '-----BEGIN PRIVATE KEY-----'
    const { output, lines } = outputOf(begin, 'MIIEowIBAAKCAQEAx7mYqF0yqY9wJ8pQ1v4mCkPj0z8m3yqX', 'done')
    output.read(running, true)
    await vi.waitFor(() => expect(lines()).toEqual([begin, '•••', 'done']))
    output.close()
  })

  it('[DOCK-8.20] stays in the log when the container is gone', async () => {
    const { output, lines } = outputOf('first', 'last')
    output.read(running, true)
    await vi.waitFor(() => expect(lines()).toEqual(['first', 'last']))
    output.removed(gone)
    expect(lines()).toEqual(['first', 'last'])
    output.close()
  })

  it('[REC-7.13] may lack lines where the container was removed while no dashboard ran, and its log says so', () => {
    const { output, lines } = outputOf()
    output.restore(running, new KnownLines())
    output.removed(gone)
    expect(lines()).toEqual([
      'The container was removed while the dashboard did not run: its last lines may be missing here.',
    ])
  })

  it('[REC-7.13] lacks nothing where the container had ended before', () => {
    const { output, lines } = outputOf()
    output.restore({ ...running, state: 'exited', exitCode: 0 }, new KnownLines())
    output.removed({ ...gone, state: 'exited', exitCode: 0 })
    expect(lines()).toEqual([])
  })
})
