import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { countsToShow } from '../run/counts'
import { spelled } from '../testing/run/told-run'
import { BackendHttp } from './http'
import { readFrame } from './normalise'
import { readPlan } from './plan'
import { StreamFollower } from '../testing/backend/stream-follower'
import { planAnswer } from './wire'

const STAMP = '2026-01-05T10:00:00.123456789+00:00'
const STATUSES = ['pending', 'running', 'completed', 'failed', 'aborted']
const TYPES = [
  ...['start', 'info', 'warning', 'log', 'error', 'batch_start', 'batch_complete', 'batch_error', 'success'],
  ...['status', 'batch_status'],
]
const MESSAGES = [
  ...['', 'Starting execution for spec: 001-todo', 'Resuming: 2 batches already completed', 'Spawning batch: A'],
  ...['Batch a completed on branch b', 'Batch failed: x', 'Execution failed: x', 'Execution not found.', 'a line'],
]

/** The batches of the backend's plan, by both forms of its answer. */
const plans = (status: string) => {
  const batch = { id: 'a', name: 'A', depends_on: [], status, branch: null }
  const yaml = `batches:\n- id: a\n  name: A\n  status: ${JSON.stringify(status)}\n`
  return [
    readPlan(planAnswer.parse({ success: true, batches: [batch], raw_yaml: null, error: null })),
    readPlan(planAnswer.parse({ success: false, batches: [], raw_yaml: yaml, error: 'x' })),
  ]
}

describe('words of the backend', () => {
  it('[RUN-15.1] in a message are read in any letter case: its type, by both names, its status, its stream', () => {
    const frames = fc.record({
      type: fc.constantFrom(...TYPES),
      key: fc.constantFrom('type', 'type_'),
      message: fc.constantFrom(...MESSAGES),
      status: fc.constantFrom(...STATUSES),
      stream: fc.constantFrom('stdout', 'stderr'),
      stamped: fc.boolean(),
      bits: fc.nat(),
    })
    fc.assert(
      fc.property(frames, ({ type, key, message, status, stream, stamped, bits }) => {
        const read = (spell: (word: string) => string) =>
          readFrame(
            JSON.stringify({
              ...{ [key]: spell(type), message, status: spell(status), stream: spell(stream), batch_id: 'a' },
              ...(stamped ? { timestamp: STAMP } : {}),
            }),
          )
        expect(read(word => spelled(word, bits))).toEqual(read(word => word))
      }),
      { numRuns: 1_000 },
    )
  })

  it('[RUN-15.2] in a message count for nothing with a space around them, which is noted as not understood', () => {
    for (const status of STATUSES) {
      for (const odd of [` ${status}`, `${status} `, `${status}\n`]) {
        const run = readFrame(JSON.stringify({ type: 'status', message: '', status: odd, timestamp: STAMP }))
        expect(run).toMatchObject({
          says: { kind: 'remark' },
          odd: expect.stringContaining('unknown run status') as string,
        })
        const fields = { type: 'batch_status', message: '', status: odd, batch_id: 'a', timestamp: STAMP }
        expect(readFrame(JSON.stringify(fields))).toMatchObject({ says: { kind: 'remark' } })
      }
    }
  })

  it('[RUN-15.1] in a plan are read in any letter case, from its batches and from its text', () => {
    fc.assert(
      fc.property(fc.constantFrom(...STATUSES), fc.nat(), (status, bits) => {
        for (const [batch] of plans(spelled(status, bits))) {
          expect(batch).toMatchObject({ completed: status === 'completed', running: status === 'running' })
        }
      }),
    )
  })

  it.each(['', ' completed', 'completed ', 'completed\n', 'done', 'complete', 'COMPLETED!', 'comp1eted', 'ｃompleted'])(
    '[RUN-15.2] in a plan that the backend does not know, %j, mean pending, as they do to the backend',
    status => {
      for (const [batch] of plans(status)) expect(batch).toMatchObject({ completed: false, running: false })
    },
  )

  it.each(['true', '1', '~', '[completed]', '{completed: true}', '', '2026-01-05', '|\n    Completed\n'])(
    '[RUN-15.2] in a plan’s text that are no plain word, %j, mean pending and cost nothing else',
    status => {
      const raw_yaml = `batches:\n- id: a\n  status: ${status}\n- id: b\n  status: COMPLETED\n`
      const batches = readPlan(planAnswer.parse({ success: false, batches: [], raw_yaml, error: 'x' }))
      expect(batches.map(({ id, completed }) => ({ id, completed }))).toEqual([
        { id: 'a', completed: false },
        { id: 'b', completed: true },
      ])
    },
  )

  it('[RUN-15.1] in the history are read in any letter case, in its list and in an entry', async () => {
    const batch = { id: 'a', name: 'A', status: 'Completed', merged: false }
    const run = { id: 'r', spec_name: 's', started_at: STAMP, status: 'FAILED', dry_run: false, batches: [batch] }
    const server = createServer((request, response) => {
      const isList = request.url?.includes('limit=') === true
      const body = isList ? { success: true, runs: [run] } : { success: true, run }
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const http = new BackendHttp(new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`))
    expect(await http.historyList('s')).toMatchObject([{ status: 'failed' }])
    expect(await http.history('s', 'r')).toMatchObject({ status: 'failed', batches: [{ status: 'completed' }] })
    server.closeAllConnections()
    server.close()
  })
})

describe('a run whose plan spells its statuses otherwise', () => {
  const stamp = (second: number) => `2026-01-15T14:00:0${second}.123456789+00:00`
  const frames = [
    { type: 'start', message: 'Starting execution for spec: 001-todo' },
    { type: 'status', message: '', status: 'running' },
    { type: 'info', message: 'Resuming: 1 batches already completed' },
    { type: 'batch_start', message: 'Spawning batch: B' },
    { type: 'batch_status', message: '', status: 'running', batch_id: 'b', batch_name: 'B' },
  ].map((fields, second) => JSON.stringify({ ...fields, timestamp: stamp(second) }))

  /** The view while b is at work. */
  const shown = (status: string, dependsOn: string[] = ['a']) => {
    const follower = new StreamFollower()
    const batches = [
      { id: 'a', name: 'A', depends_on: [], status },
      { id: 'b', name: 'B', depends_on: dependsOn, status: '' },
    ]
    follower.readPlan(readPlan(planAnswer.parse({ success: true, batches, raw_yaml: null, error: null })))
    follower.open()
    for (const text of frames) follower.hear(text)
    const { view } = follower.derive()
    return { view, counts: countsToShow(view) }
  }

  it.each(['Completed', 'COMPLETED', 'cOmPlEtEd', 'completed'])('[RUN-15.1] counts 1/2 with %j', status => {
    const { view, counts } = shown(status)
    expect(counts).toMatchObject({ total: 2, totalKnown: true, completed: 1, running: 1, pending: 0 })
    expect(view.batches[0]).toMatchObject({ id: 'a', status: 'completed', basis: 'plan' })
    expect(view.findings).toEqual([])
  })

  it.each(['done', ' Completed', 'merged', 'Abgeschlossen', 'x'.repeat(1_000)])(
    '[RUN-8.7] [RUN-8.8] counts 1/2 with %j, which the backend alone understands, and says so',
    status => {
      const { view, counts } = shown(status)
      expect(counts).toMatchObject({ total: 2, totalKnown: true, completed: 1, running: 1, pending: 0 })
      expect(view.batches[0]).toMatchObject({ id: 'a', status: 'completed', basis: 'inferred' })
      expect(view.findings).toMatchObject([{ kind: 'completed-before' }])
    },
  )

  it('[RUN-8.6] [RUN-8.8] counts 1/2, and says so, also where nothing depends on the other batch', () => {
    const { view, counts } = shown('done', [])
    expect(counts).toMatchObject({ total: 2, totalKnown: true, completed: 1, running: 1, pending: 0 })
    expect(view.batches[0]).toMatchObject({ status: 'pending' })
    expect(view.findings).toMatchObject([{ kind: 'completed-before' }])
  })
})
