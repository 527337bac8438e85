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

/** Files of a project by spec; null leaves a file out. */
export type Specs = Record<string, { plan?: string | null; tasks?: string | null }>

/** A project in a temporary folder that goes with the test. Without more said, a spec has no plan and one task. */
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

/** A plan of these batches, each with what it depends on. */
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

/** A backend that waits for nothing and goes with the test. */
export async function started(options: Partial<Options> & { specs: Specs }): Promise<ReferenceBackend> {
  const { specs, ...rest } = options
  const project = rest.project ?? projectOf(specs)
  const backend = await startReferenceBackend({ generation: 'B', speed: Infinity, ...rest, project })
  onTestFinished(() => backend.close())
  return backend
}

const record = z.record(z.string(), z.unknown())

/** An answer's status, type and text, parsed where it is JSON; each call over a connection of its own. */
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

/** A reader that keeps what it hears. */
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

  /** Joins as often as it is cut off, until a frame contains this text. */
  static async through(backend: ReferenceBackend, wanted: string, runId = 'r1'): Promise<Listener> {
    for (;;) {
      const listener = await Listener.join(backend, runId)
      const heard = await Promise.race([listener.until(wanted).then(() => true), listener.closed.then(() => false)])
      if (heard) return listener
    }
  }

  /** Settles once a frame contains this text, or `wanted` holds of all frames; never where the socket closes first. */
  async until(wanted: string | ((frames: string[]) => boolean)): Promise<void> {
    const enough =
      typeof wanted === 'string' ? (frames: string[]) => frames.some(frame => frame.includes(wanted)) : wanted
    while (!enough(this.frames)) {
      await new Promise<void>(resolve => this.#heard.push(resolve))
    }
  }

  /** What was heard, without what differs from run to run. */
  masked(): string[] {
    return this.frames.map(masked)
  }
}

/** What a frame says, whatever its generation. */
export const said = (text: string): Frame => frame.parse(JSON.parse(text))

const aboutAgents = new Set<string | null>([
  'Executing in Docker sandbox with Claude Code...',
  'Using Claude subscription',
  'Simulated agent: no container is started',
])

/** Frames but those that say what kind of agent begins: batches that start together say it in any order. */
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
