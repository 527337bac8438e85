import type { PlanBatch } from '../../run/observation'
import type { Generation, Outline } from './outlines'

/** For tests: generated runs, with the frames that a backend of some generation sends, and the true state. */

export interface Frame {
  text: string
  /** The component that produced the frame. */
  by: 'engine' | 'agent'
  /** False if the backend forgets the frame: a real abort. */
  replayed: boolean
}

export interface TrueBatch {
  id: string
  name: string
  status: 'pending' | 'running' | 'completed' | 'failed' | 'aborted'
  branch: string | null
  startedAt: string | null
  endedAt: string | null
}

export interface Story {
  generation: Generation
  plan: PlanBatch[]
  frames: Frame[]
  truth: {
    status: 'starting' | 'running' | 'completed' | 'failed' | 'aborted'
    startedAt: string
    endedAt: string | null
    error: string | null
    batches: TrueBatch[]
  }
  /** In the oldest generation agents' completions count until the orchestrator reports a completion: here it did. */
  engineCompleted: boolean
}

export const T0 = Date.parse('2026-01-15T14:00:00Z')
const REASONS = [
  'Claude Code execution failed with exit code -1',
  'Failed to create worktree\n\nCaused by:\n    it exists',
]
const ABORTED = 'Execution aborted by user.'

/** Executes an outline as the orchestrator does, and records the true state separately. */
export function tell(outline: Outline): Story {
  return new Engine(outline).story
}

class Engine {
  readonly story: Story
  readonly #frames: Frame[] = []
  readonly #batches: (TrueBatch & { after: string[]; before: boolean })[]
  #nanos = 0n
  #throws = 0
  #printed = 0
  /**
   * Between an error and the message that it ended the run, the "Execution failed: …" of an agent looks like the orchestrator's.
   */
  #failing = false
  #startedAt = ''
  #end: Pick<Story['truth'], 'status' | 'endedAt' | 'error'> = { status: 'starting', endedAt: null, error: null }
  #engineCompleted = false

  readonly #outline: Outline

  constructor(outline: Outline) {
    this.#outline = outline

    const { batches, generation } = outline
    const resumes = generation !== 'C'
    this.#batches = batches.map(({ id, name, after, completed }, n) => ({
      ...{ id, name, startedAt: null, endedAt: null, before: resumes && completed },
      status: resumes && completed ? 'completed' : 'pending',
      branch: resumes && completed ? this.#branchOf(id) : null,
      after: after.flatMap(k => (k < n ? (batches[k]?.id ?? []) : [])),
    }))
    const plan = this.#batches.map(({ id, name, after, before, branch }) => ({
      ...{ id, name, completed: before, running: false, branch },
      dependsOn: after,
    }))
    this.#run()
    this.story = {
      ...{ generation, plan, frames: this.#frames, engineCompleted: this.#engineCompleted },
      truth: {
        ...{ ...this.#end, startedAt: this.#startedAt },
        batches: this.#batches.map(({ after: _, before: __, ...batch }) => batch),
      },
    }
  }

  #run(): void {
    const { ending } = this.#outline
    this.#begin()
    if (ending === 'bad-files') {
      this.#fail('Failed to parse plan.yaml', this.#say('error', 'Execution failed: Failed to parse plan.yaml'))
      return
    }
    const steps = this.#roll(30)
    for (let step = 0; this.#work(step); step += 1) {
      if (step < steps || this.#running.length === 0 || ending === 'success') continue
      if (ending === 'open') return
      if (ending === 'abort') {
        this.#abort()
        return
      }
      if (ending === 'batch-failure') {
        this.#failBatch()
        return
      }
      if (ending === 'merge-failure' && !this.#outline.dryRun) {
        this.#failMerge()
        return
      }
    }
    if (ending === 'deadlock') this.#deadlock()
    else if (ending !== 'open') this.#succeed()
  }

  /**
   * One step of the orchestrator or of an agent.
   * @returns false if nothing is left to do
   */
  #work(step: number): boolean {
    const ready = this.#batches.filter(
      batch => batch.status === 'pending' && batch.after.every(id => this.#get(id).status === 'completed'),
    )
    const running = this.#running
    if (ready.length === 0 && running.length === 0) return false
    const what = this.#roll(4)
    if (ready.length > 0 && (running.length === 0 || what === 0)) this.#start(this.#pick(ready))
    else if (what === 1 || step > 60) this.#complete(this.#pick(running))
    else this.#print()
    return true
  }

  #begin(): void {
    const { generation } = this.#outline
    const words = 'Starting execution for spec: 001-todo'
    const first = generation === 'C' ? this.#status('running') : this.#say('start', words)
    this.#startedAt = first
    if (generation === 'B') this.#status('running')
    if (generation !== 'A') this.#end.status = 'running'
    if (generation === 'B') this.#say('info', 'Created run history entry: run-2026-01-15-a1b2c3')
    if (generation === 'C') this.#say('start', words)
    const before = this.#batches.filter(batch => batch.before).length
    if (before > 0) this.#say('info', `Resuming: ${before} batches already completed`)
  }

  #start(batch: TrueBatch): void {
    const { generation } = this.#outline
    const named = { batch_id: batch.id, batch_name: batch.name, status: 'running' }
    const told: string[] = []
    if (generation === 'C') told.push(this.#say('batch_status', '', named))
    const spawned = this.#say('batch_start', `Spawning batch: ${batch.name}`)
    if (generation === 'B') told.push(this.#say('batch_status', '', named))
    this.#end.status = batch.status = 'running'
    batch.startedAt = told[0] ?? spawned
    if (generation === 'B') this.#say('info', 'Executing in Docker sandbox with Claude Code...')
  }

  #complete(batch: TrueBatch): void {
    const { generation, dryRun } = this.#outline
    const branch = this.#branchOf(batch.id)
    const fields = { batch_id: batch.id, status: 'completed', branch }
    const told: string[] = []
    if (generation === 'C') told.push(this.#say('batch_status', '', { ...fields, batch_name: batch.name }))
    const completed = this.#say('batch_complete', `Batch ${batch.id} completed on branch ${branch}`)
    this.#maybePrint()
    if (generation === 'B') told.push(this.#say('batch_status', '', { ...fields, batch_name: batch.id }))
    Object.assign(batch, { status: 'completed', branch, endedAt: told[0] ?? completed })
    this.#engineCompleted = true
    if (!dryRun) this.#say('info', `Merging branch ${branch}`)
    this.#maybePrint()
  }

  #failMerge(): void {
    const batch = this.#pick(this.#running)
    this.#complete(batch)
    const error = this.#pick(['Merge failed', 'AI could not resolve all conflicts'])
    const at = this.#say('error', `Execution failed: ${error}`)
    Object.assign(batch, { status: 'failed', endedAt: at })
    this.#fail(error, at)
    this.#finish()
  }

  #failBatch(): void {
    const { generation } = this.#outline
    const batch = this.#pick(this.#running)
    const error = this.#pick(REASONS)
    const [reason = ''] = error.split('\n')
    this.#failing = true
    const alone = this.#running.length === 1
    const told =
      generation === 'C'
        ? this.#say('batch_status', '', { batch_id: batch.id, status: 'failed', error: reason })
        : this.#say('batch_error', `Batch failed: ${reason}`)
    if (generation === 'C' || alone) Object.assign(batch, { status: 'failed', endedAt: told })
    this.#maybePrint()
    const ended = generation === 'A' ? null : this.#status('failed')
    this.#maybePrint()
    const at = this.#say('error', `Execution failed: ${error}`)
    this.#failing = false
    this.#fail(reason, ended ?? at)
    this.#finish()
  }

  #abort(): void {
    const at = this.#say('error', ABORTED, {}, 'engine', false)
    this.#end = { status: 'aborted', endedAt: at, error: ABORTED }
    this.#finish()
  }

  #deadlock(): void {
    const error = 'Deadlock: 1 batches pending but none can run.'
    const ended = this.#outline.generation === 'A' ? null : this.#status('failed')
    this.#fail(error, ended ?? this.#say('error', `Execution failed: ${error}`))
    if (ended !== null) this.#say('error', `Execution failed: ${error}`)
  }

  #succeed(): void {
    const { generation } = this.#outline
    const ended = generation === 'A' ? null : this.#status('completed')
    if (generation === 'B') this.#say('info', 'Run history entry completed: run-2026-01-15-a1b2c3')
    const at = this.#say('success', 'All batches completed successfully.')
    this.#end = { status: 'completed', endedAt: ended ?? at, error: null }
  }

  #fail(error: string, endedAt: string): void {
    this.#end = { status: 'failed', endedAt, error }
  }

  /** No batch is running in an ended run; the agents go on for a while. */
  #finish(): void {
    const running = this.#running
    for (let n = this.#roll(4); n > 0 && running.length > 0; n -= 1) this.#print()
    for (const batch of running) Object.assign(batch, { status: 'aborted', endedAt: this.#end.endedAt })
  }

  get #running(): TrueBatch[] {
    return this.#batches.filter(({ status }) => status === 'running')
  }

  #get(id: string): TrueBatch {
    const batch = this.#batches.find(other => other.id === id)
    if (!batch) throw new Error(`no batch ${id}`)
    return batch
  }

  #branchOf(id: string): string {
    return this.#outline.dryRun ? 'dry-run-branch' : `worktree/main/ckrv-batch-${id}-1a2b3c`
  }

  #maybePrint(): void {
    if (this.#running.length > 0 && this.#roll(2) === 0) this.#print()
  }

  #print(): void {
    const { prints } = this.#outline
    const { type, message } = prints[this.#printed % prints.length] ?? { type: 'log', message: 'working' }
    this.#printed += 1
    const confusing = this.#failing && message.startsWith('Execution failed')
    this.#say(type, confusing ? 'working' : message, {}, 'agent')
  }

  #status(status: string): string {
    return this.#say('status', '', { status })
  }

  /** @returns the moment in the frame's stamp, ISO 8601 with milliseconds */
  #say(type: string, message: string, more: object = {}, by: Frame['by'] = 'engine', replayed = true): string {
    this.#nanos += BigInt(this.#pick([1_001, 70_013, 5_000_017, 900_000_123, 3_000_000_019]))
    const ms = T0 + Number(this.#nanos / 1_000_000n)
    const { generation } = this.#outline
    const second = new Date(ms).toISOString().slice(0, 19)
    const fraction = String(this.#nanos % 1_000_000_000n).padStart(9, '0')
    const timestamp = generation === 'C' ? `${second}Z` : `${second}.${fraction}+00:00`
    const frame =
      generation === 'A' ? { type_: type, message, stream: null, timestamp } : { type, message, timestamp, ...more }
    this.#frames.push({ text: JSON.stringify(frame), by, replayed })
    return generation === 'C' ? `${second}.000Z` : new Date(ms).toISOString()
  }

  #roll(sides: number): number {
    const { dice } = this.#outline
    const face = dice[this.#throws % dice.length] ?? 0
    this.#throws += 1
    return face % sides
  }

  #pick<T>(from: readonly T[]): T {
    const picked = from[this.#roll(from.length)]
    if (picked === undefined) throw new Error('nothing to pick from')
    return picked
  }
}
