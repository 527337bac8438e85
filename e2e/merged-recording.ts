import { readFrame } from '../lib/backend/normalise'
import { lineOf } from '../lib/hub/recording/entries'
import { agent } from '../lib/testing/run/told-run'

const T0 = Date.parse('2026-01-15T14:00:00Z')

/** The batches of the recorded run, by id. */
export const MERGED_BATCHES = { setup: 'Project Setup', api: 'Public API' } as const
type BatchId = keyof typeof MERGED_BATCHES

const containerOf = (batch: BatchId) => (batch === 'setup' ? 'a' : 'b').repeat(64)

/** Makes up the recording of a run, word by word, for logs that no backend at hand would print. */
export class MadeUpRecording {
  readonly #lines = [
    lineOf({ groundtruth: 1, backend: 'http://127.0.0.1:3000', runId: 'run-1', spec: '001-todo', since: T0 }),
  ]
  #at = T0
  #index = 0

  /** What the orchestrator says, as a frame of the newest backend. */
  says(type: string, message: string, more: object = {}): this {
    const time = { ms: (this.#at += 10), ns: this.#index * 1_000 }
    const timestamp = new Date(this.#at).toISOString()
    const reading = readFrame(JSON.stringify({ type, message, timestamp, ...more }))
    if (reading.kind !== 'message') throw new Error(`No message: ${message}`)
    const { says, stream, text } = reading
    const index = this.#index++
    const observation = {
      kind: 'message' as const,
      connection: 1,
      index,
      id: `m${index}`,
      at: this.#at,
      time,
      live: true,
    }
    this.#lines.push(lineOf({ kind: 'observed', fresh: true, observation: { ...observation, says, stream, text } }))
    return this
  }

  starts(batch: BatchId): this {
    this.says('batch_start', `Spawning batch: ${MERGED_BATCHES[batch]}`)
    this.says('batch_status', '', { status: 'running', batch_id: batch, batch_name: MERGED_BATCHES[batch] })
    const container = agent(containerOf(batch), { tree: `${batch}-1a2b3c`, createdAt: this.#at })
    this.#lines.push(
      lineOf({
        kind: 'observed',
        fresh: false,
        observation: { kind: 'container', at: this.#at, batch: { id: batch, by: 'tree' }, container },
      }),
    )
    return this
  }

  completes(batch: BatchId): this {
    const branch = `worktree/main/ckrv-batch-${batch}-1a2b3c`
    this.says('batch_complete', `Batch ${batch} completed on branch ${branch}`)
    this.says('batch_status', '', { status: 'completed', batch_id: batch, batch_name: batch, branch })
    return this.says('info', `Merging branch ${branch}`)
  }

  prints(batch: BatchId, text: string, stream: 'stdout' | 'stderr' = 'stdout'): this {
    const at = new Date((this.#at += 10)).toISOString()
    this.#lines.push(lineOf({ kind: 'output', container: containerOf(batch), batch, at, stream, text }))
    return this
  }

  get text(): string {
    return this.#lines.join('')
  }
}

/** A run of two batches at work at once. */
export function mergedRun(): MadeUpRecording {
  return new MadeUpRecording()
    .says('start', 'Starting execution for spec: 001-todo')
    .says('status', '', { status: 'running' })
    .starts('setup')
    .prints('setup', 'Reading the task.')
    .prints('setup', 'Creating the project')
    .starts('api')
    .prints('api', 'Reading the task.')
    .prints('setup', 'npm warn deprecated inflight', 'stderr')
    .prints('setup', 'Error: cannot find module ./schema', 'stderr')
    .prints('setup', 'Trying again')
    .prints('api', 'GET /api/todos answers 200')
    .completes('setup')
    .prints('api', 'error TS2345: Argument of type string', 'stderr')
    .prints('api', 'fixed 1 error')
    .completes('api')
    .says('status', '', { status: 'completed' })
    .says('success', 'All batches completed successfully.')
}
