import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { WebSocket, type RawData } from 'ws'
import { z } from 'zod'
import { frame, type Frame } from '../../backend/wire'
import type { Options } from '../../reference-backend/options'
import { startReferenceBackend, type ReferenceBackend } from '../../reference-backend/server'

/** Files of a project by spec; null omits a file. */
export type Specs = Record<string, { plan?: string | null; tasks?: string | null }>

/** A project in a temporary folder, which is removed after the test. By default a spec has no plan and one task. */
export function projectOf(specs: Specs): string {
  const folder = mkdtempSync(join(tmpdir(), 'reference-backend-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const [name, { plan = null, tasks = 'tasks:\n- {id: T001, title: Setup}\n' }] of Object.entries(specs)) {
    const spec = join(folder, '.specs', name)
    mkdirSync(spec, { recursive: true })
    writeFileSync(join(spec, 'spec.yaml'), `id: ${name}\n`)
    if (plan !== null) writeFileSync(join(spec, 'plan.yaml'), plan)
    if (tasks !== null) writeFileSync(join(spec, 'tasks.yaml'), tasks)
  }
  return folder
}

/** A plan of these batches, each with its dependencies. */
export const planOf = (batches: Record<string, string[]>): string =>
  JSON.stringify({
    batches: Object.entries(batches).map(([id, depends_on]) => {
      const name = id.charAt(0).toUpperCase() + id.slice(1)
      const assignment = {
        model_assignment: { default: 'claude-sonnet', overrides: {} },
        execution_strategy: 'parallel',
      }
      return { id, name, task_ids: [], depends_on, ...assignment, reasoning: 'needed', status: 'pending', branch: null }
    }),
  })

/** A backend that waits for nothing; it is closed after the test. */
export async function started(options: Partial<Options> & { specs: Specs }): Promise<ReferenceBackend> {
  const { specs, ...rest } = options
  const project = rest.project ?? projectOf(specs)
  const backend = await startReferenceBackend({ generation: 'B', speed: Infinity, ...rest, project })
  onTestFinished(() => backend.close())
  return backend
}

const record = z.record(z.string(), z.unknown())

/** The status, type and text of an answer, parsed if it is JSON; each call uses its own connection. */
export async function call(
  backend: ReferenceBackend,
  method: string,
  path: string,
  body?: unknown,
  type = 'application/json',
) {
  const headers = body === undefined ? {} : { 'content-type': type }
  const sent = request(backend.url + path, { method, headers, agent: false })
  sent.end(typeof body === 'string' || body === undefined ? body : JSON.stringify(body))
  const response = await new Promise<IncomingMessage>((resolve, reject) =>
    sent.on('response', resolve).on('error', reject),
  )
  const answered = await text(response)
  const answerType = response.headers['content-type'] ?? ''
  const answer = answerType === 'application/json' ? record.parse(JSON.parse(answered)) : answered
  return { status: response.statusCode ?? 0, type: answerType, answer }
}

export const start = (backend: ReferenceBackend, spec: string, runId = 'r1', more: object = {}) =>
  call(backend, 'POST', '/api/execution/start', { spec, run_id: runId, ...more })

/** A reader that keeps every frame it receives. */
export class Listener {
  readonly frames: string[] = []
  /** Settles with the close code. */
  readonly closed: Promise<number>
  #heard: (() => void)[] = []

  constructor(readonly socket: WebSocket) {
    this.closed = new Promise(resolve => socket.on('close', code => resolve(code)))
    socket.on('message', (data: RawData) => {
      this.frames.push(Buffer.isBuffer(data) ? data.toString() : '')
      this.#heard.splice(0).forEach(heard => heard())
    })
    onTestFinished(() => socket.terminate())
  }

  /** Joins a run; settles when the connection is open. */
  static async join(backend: ReferenceBackend, runId = 'r1'): Promise<Listener> {
    const path = `/api/execution/ws?run_id=${encodeURIComponent(runId)}`
    const listener = new Listener(new WebSocket(backend.url.replace('http', 'ws') + path))
    await once(listener.socket, 'open')
    return listener
  }

  /** Joins again after each disconnection, until a frame contains this text. */
  static async through(backend: ReferenceBackend, wanted: string, runId = 'r1'): Promise<Listener> {
    for (;;) {
      const listener = await Listener.join(backend, runId)
      const heard = await Promise.race([listener.until(wanted).then(() => true), listener.closed.then(() => false)])
      if (heard) return listener
    }
  }

  /** Settles once a frame contains this text, or `wanted` is true for all frames; never settles if the socket closes first. */
  async until(wanted: string | ((frames: string[]) => boolean)): Promise<void> {
    const enough =
      typeof wanted === 'string' ? (frames: string[]) => frames.some(frame => frame.includes(wanted)) : wanted
    while (!enough(this.frames)) {
      await new Promise<void>(resolve => this.#heard.push(resolve))
    }
  }

  /** The received frames, without the parts that differ between runs. */
  masked(): string[] {
    return this.frames.map(masked)
  }
}

/** The content of a frame, of any generation. */
export const said = (text: string): Frame => frame.parse(JSON.parse(text))

const aboutAgents = new Set<string | null>([
  'Executing in Docker sandbox with Claude Code...',
  'Using Claude subscription',
  'Simulated agent: no container is started',
])

/** Removes the frames that name the kind of an agent: batches that start together send them in any order. */
export const withoutAgents = (frames: string[]): string[] => frames.filter(text => !aboutAgents.has(said(text).message))

/** A frame without its time, and with ids of branches and history entries blanked. */
export const masked = (frame: string): string =>
  frame
    .replace(/"timestamp":"[^"]*"/, '"timestamp":""')
    .replace(/(ckrv-batch-[^" ]+-)[0-9a-f]{6}\b/g, '$1xxxxxx')
    .replace(/run-\d{4}-\d\d-\d\d-[0-9a-f]{6}/g, 'run-xxxx')
    .replace(/started at [^)]*\)/, 'started at …)')

export const maskedWithoutAgents = (frames: string[]): string[] => withoutAgents(frames).map(masked)

const recording = (path: string): unknown[] =>
  readFileSync(fileURLToPath(new URL(`../../../e2e/recordings/${path}.jsonl`, import.meta.url)), 'utf8')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as unknown)

const wsLine = z.object({ frame: z.string().optional() })

/** The frames of a recorded connection, in order. */
export const recordedFrames = (path: string): string[] =>
  recording(path).flatMap(line => wsLine.parse(line).frame ?? [])

const httpLine = z.object({
  method: z.string(),
  path: z.string(),
  body: z.unknown().optional(),
  status: z.number(),
  type: z.string(),
  answer: z.union([z.string(), record]),
})
export type RecordedCall = z.infer<typeof httpLine>

/** The calls of a recording, in order. */
export const recordedCalls = (path: string): RecordedCall[] => recording(path).map(line => httpLine.parse(line))
