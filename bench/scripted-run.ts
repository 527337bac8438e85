import type { WebSocket } from 'ws'

/** The batches that a load changes: the first ones, so that every page shows them without scrolling. */
export const CHANGED_BATCHES = 10

/** A frame as the newest generation of the backend sends it. */
interface Frame {
  type: string
  message: string
  status?: string
  batch_id?: string
  batch_name?: string
  branch?: string
}

/** Time stamps never repeat: the backend's have nanoseconds. */
let stamps = 0
const stamp = () => new Date().toISOString().replace('Z', `${String(++stamps % 1_000_000).padStart(6, '0')}+00:00`)

/** One run of the scripted backend: what it has sent so far, its readers, its plan and its entry in the history. */
export class ScriptedRun {
  readonly spec: string
  readonly historyId: string
  readonly #sent: string[] = []
  readonly #readers = new Set<WebSocket>()
  readonly #batches: { id: string; name: string }[]
  readonly #startedAt = new Date().toISOString()
  /** The answer about a plan changes with each change of a batch, as the plan's file does. */
  #changes = 0
  readonly #failed = new Set<string>()

  constructor(
    readonly id: string,
    place: number,
    batches: number,
  ) {
    this.spec = `${String(place).padStart(3, '0')}-bench`
    this.historyId = `run-2026-01-15-${String(place).padStart(6, '0')}`
    this.#batches = Array.from({ length: batches }, (_, n) => ({ id: `batch-${n}`, name: `Batch number ${n}` }))
    this.#send({ type: 'start', message: `Starting execution for spec: ${this.spec}` })
    this.#send({ type: 'status', message: '', status: 'running' })
    this.#send({ type: 'info', message: `Created run history entry: ${this.historyId}` })
    for (const { id, name } of this.#batches.slice(0, CHANGED_BATCHES)) {
      this.#send({ type: 'batch_start', message: `Spawning batch: ${name}` })
      this.#send({ type: 'batch_status', message: '', status: 'running', batch_id: id, batch_name: name })
    }
  }

  /** The size of everything that a new reader gets, bytes. */
  get replayBytes(): number {
    return this.#sent.reduce((sum, text) => sum + Buffer.byteLength(text), 0)
  }

  /** A new reader gets everything from the beginning, and then what is sent. */
  join(socket: WebSocket): void {
    for (const text of this.#sent) socket.send(text)
    this.#readers.add(socket)
    socket.on('close', () => this.#readers.delete(socket))
  }

  /** Changes status and branch of a batch. The branch ends in the change's number, so that a page shows which change it has. */
  change(n: number): void {
    this.#changes += 1
    const id = `batch-${n % CHANGED_BATCHES}`
    const branch = `worktree/main/ckrv-batch-${id}-${numbered(n)}`
    const status = this.#failed.delete(id) ? 'completed' : 'failed'
    if (status === 'failed') this.#failed.add(id)
    this.#send({ type: 'batch_status', message: '', status, batch_id: id, batch_name: id, branch })
  }

  /** Sends a log line. */
  print(n: number): void {
    this.#send({ type: 'log', message: `line ${numbered(n)} of an agent, about as long as most of its lines are` })
  }

  plan(): object {
    const batches = this.#batches.map(({ id, name }, n) => ({
      ...{ id, name, task_ids: [`T${n}`], depends_on: n === 0 ? [] : [`batch-${n - 1}`] },
      ...{ status: n < CHANGED_BATCHES ? 'running' : 'pending', branch: null, reasoning: `change ${this.#changes}` },
      ...{ execution_strategy: '', estimated_cost: 0, estimated_time: '' },
      model_assignment: { default: 'null', overrides: {} },
    }))
    return { success: true, batches, raw_yaml: null, error: null }
  }

  /** @param withBatches the list of a spec's runs has no batches */
  entry(withBatches: boolean): object {
    const batches = this.#batches.map(({ id, name }, n) => {
      return { id, name, status: n < CHANGED_BATCHES ? 'running' : 'pending', merged: false }
    })
    return {
      ...{ id: this.historyId, spec_name: this.spec, started_at: this.#startedAt, status: 'running', dry_run: false },
      ...(withBatches && { batches }),
    }
  }

  #send(frame: Frame): void {
    const text = JSON.stringify({ ...frame, timestamp: stamp() })
    this.#sent.push(text)
    for (const socket of this.#readers) socket.send(text)
  }
}

const numbered = (n: number) => String(n).padStart(6, '0')
