import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { startReferenceBackend, type ReferenceBackend } from '../reference-backend/server'
import type { Snapshot } from '../run/model'
import { MemoryPublisher } from '../sync/memory-publisher'
import type { Scope } from '../sync/scope'
import { Hub } from './hub'
import { projectWith } from '../testing/hub/project'
import { HubError } from './api/hub-api'

const COMMAND_WITHIN = 10_000

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step()
})

/**
 * A busy backend: each POST request waits until the test lets it through, even if its sender has given up by then.
 * `timeOut` lets 10 s pass for the waiting requests, because only commands wait that long.
 */
async function busy(backend: ReferenceBackend) {
  const { hostname, port } = new URL(backend.url)
  const waiting: (() => void)[] = []
  const forward = (incoming: IncomingMessage, response: ServerResponse, body: Buffer) => {
    const { method, url: path, headers } = incoming
    const outgoing = request({ hostname, port, method, path, headers }, answer => {
      response.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(response)
    })
    outgoing.on('error', () => response.destroy()).end(body)
  }
  const proxy = createServer((incoming, response) => {
    const chunks: Buffer[] = []
    response.on('error', () => undefined)
    incoming
      .on('data', (chunk: Buffer) => chunks.push(chunk))
      .on('end', () => {
        const go = () => forward(incoming, response, Buffer.concat(chunks))
        if (incoming.method === 'POST') waiting.push(go)
        else go()
      })
  })
  proxy.on('upgrade', ({ url, headers }: IncomingMessage, client, head: Buffer) => {
    const upstream = connect(Number(port), hostname, () => {
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${String(value)}`)
      upstream.write(`GET ${url ?? ''} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`)
      upstream.write(head)
      client.pipe(upstream).pipe(client)
    })
    for (const socket of [client, upstream]) socket.on('error', () => (client.destroy(), upstream.destroy()))
    client.on('close', () => upstream.destroy())
    upstream.on('close', () => client.destroy())
    cleanUp.push(() => (client.destroy(), upstream.destroy()))
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  cleanUp.push(() => (proxy.closeAllConnections(), proxy.close()))
  const address = proxy.address()
  if (address === null || typeof address === 'string') throw new Error('no port')

  const patience: AbortController[] = []
  const timeout = AbortSignal.timeout.bind(AbortSignal)
  const spy = vi.spyOn(AbortSignal, 'timeout').mockImplementation(ms => {
    if (ms !== COMMAND_WITHIN) return timeout(ms)
    const controller = new AbortController()
    patience.push(controller)
    return controller.signal
  })
  cleanUp.push(() => spy.mockRestore())
  return {
    url: new URL(`http://127.0.0.1:${address.port}`),
    asked: () => vi.waitFor(() => expect(waiting).not.toEqual([]), { timeout: 10_000 }),
    letThrough: () => waiting.splice(0).forEach(go => go()),
    timeOut: () => patience.splice(0).forEach(held => held.abort(new DOMException('', 'TimeoutError'))),
  }
}

const toNobody = {
  broadcast: () => undefined,
  audience: () => 0,
  failed: (_: Scope, error: unknown) => {
    throw error
  },
}

let backend: ReferenceBackend
let slow: Awaited<ReturnType<typeof busy>>
let hub: Hub
beforeEach(async () => {
  const project = await projectWith([{ id: 'setup' }, { id: 'mail', dependsOn: ['setup'] }])
  cleanUp.push(() => rm(project, { recursive: true, force: true }))
  const script = () => ({ ms: 20, lines: [] })
  backend = await startReferenceBackend({ project, generation: 'B', script, speed: 10 })
  cleanUp.push(() => backend.close())
  slow = await busy(backend)
  const publisher = new MemoryPublisher(toNobody)
  hub = new Hub({ backendUrl: slow.url, engine: null, publisher, log: pino({ level: 'silent' }) })
  cleanUp.push(async () => {
    await hub.close()
    publisher.stop()
  })
})

const until = (runId: string, check: (snapshot: Snapshot) => void) =>
  vi.waitFor(
    async () => {
      const snapshot = await hub.snapshot(runId)
      if (!snapshot) throw new Error('no such run')
      check(snapshot)
      return snapshot
    },
    { timeout: 25_000, interval: 20 },
  )

/** Requests a start that is not answered within 10 s. Returns the error that its sender gets. */
async function unanswered(start: { dryRun?: boolean; runId?: string } = {}): Promise<HubError> {
  const told = hub.start({ spec: '001-todo', ...start }, 'ann').then(
    () => new Error('it was answered'),
    (reason: unknown) => reason,
  )
  await slow.asked()
  slow.timeOut()
  const error = await told
  if (error instanceof HubError) return error
  throw error
}

const texts = async (runId: string) =>
  (await hub.logs.page(runId, { after: 0, limit: 1_000 }))?.lines.map(({ text }) => text).join('\n')

describe('[RUN-2.7] a start that a busy backend does not answer within 10 s', { timeout: 40_000 }, () => {
  it('[RUN-2.10] [RUN-2.11] is said to have perhaps begun, with the run that it is followed as, and shows up when it begins', async () => {
    const error = await unanswered()
    expect(error).toMatchObject({ code: 'unreachable', runId: expect.stringMatching(/^run-/) as string })
    expect(error.message).toMatch(
      /^The backend did not answer POST \/api\/execution\/start within 10 s\. .* The run may have begun all the same: it is followed as run-/,
    )
    expect(error.message).not.toContain('try again')
    const runId = error.runId ?? ''
    expect(await hub.snapshot(runId)).toMatchObject({ status: 'idle', counts: { completed: 0, total: 2 } })
    expect((await hub.fleet()).runs.map(run => run.runId)).toEqual([runId])

    slow.letThrough()
    const done = await until(runId, ({ status }) => expect(status).toBe('completed'))
    expect(done).toMatchObject({ counts: { completed: 2, total: 2, totalKnown: true }, inferred: false, dryRun: false })
    expect(await texts(runId)).toMatch(/The start asked for by ann was not answered; the run may begin all the same\./)
  })

  it('[RUN-2.12] is a dry run from its first word on, where one was asked for', async () => {
    const { runId } = await unanswered({ dryRun: true, runId: 'mine' })
    const seen: boolean[] = []
    slow.letThrough()
    await until(runId ?? '', ({ status, dryRun }) => {
      if (status !== 'idle') seen.push(dryRun)
      expect(status).toBe('completed')
    })
    expect(new Set(seen)).toEqual(new Set([true]))
  })

  it('can be stopped once it has begun', async () => {
    backend.hold('setup')
    const { runId } = await unanswered()
    slow.letThrough()
    await until(runId ?? '', ({ counts }) => expect(counts.running).toBe(1))
    const stopped = hub.stop(runId ?? '')
    await slow.asked()
    slow.letThrough()
    await stopped
    await until(runId ?? '', ({ status }) => expect(status).toBe('aborted'))
    backend.release('setup')
  })

  it('is not asked for twice under one id', async () => {
    await unanswered({ runId: 'mine' })
    await expect(hub.start({ spec: '001-todo', runId: 'mine' })).rejects.toMatchObject({ code: 'conflict' })
  })
})

it('[RUN-2.7] [RUN-2.14] a stop that is not answered within 10 s is said to have perhaps been heard', async () => {
  backend.hold('setup')
  const started = hub.start({ spec: '001-todo' })
  await slow.asked()
  slow.letThrough()
  const { runId } = await started
  await until(runId, ({ counts }) => expect(counts.running).toBe(1))
  const stopped = hub.stop(runId).then(
    () => 'stopped',
    (reason: unknown) => String(reason),
  )
  await slow.asked()
  slow.timeOut()
  expect(await stopped).toMatch(
    /within 10 s\. .*The stop may have been heard all the same: if the run goes on, ask for it again\.$/,
  )
  slow.letThrough()
  await until(runId, ({ status }) => expect(status).toBe('aborted'))
  backend.release('setup')
}, 40_000)
