import {
  ABORTED,
  branchName,
  encode,
  exitReason,
  words,
  type Generation,
  type Happening,
} from '../../reference-backend/generation'
import type { BatchStatus, RunStatus } from '../../run/model'
import type { Entry, PlannedBatch, SpecFiles } from './spec-files'

/** The line that only agents print. */
export const WORKING = 'working'

/** The true state of a run at a moment, recorded by the component that causes it. */
export interface Truth {
  status: RunStatus
  /** Each batch's state, in the plan's order. */
  batches: readonly (readonly [id: string, status: BatchStatus])[]
  /** The batch that ended the run, if the backend does not name it: only evidence can. */
  unnamed: string | null
}

export interface Frame {
  text: string
  /** False if the backend forgets the frame: a real abort. */
  replayed: boolean
  /** The frame reports the run's end. */
  isEnd: boolean
  /** The frame names the run's own entry in the history. */
  namesEntry: boolean
}

/** After this long a silence of the orchestrator, an agent's line counts as the end [RUN-4]; ms. */
const SILENCE = 60_000

/** A start as it is requested from the backend. */
export interface Order {
  readonly dryRun: boolean
  /** The entry to resume; null: a new one. */
  readonly resumes: string | null
}

/** One run as its backend executes it: its actions, its messages and files, and the true state that follows. */
export class Execution {
  readonly frames: Frame[] = []
  /** When the user's stop took effect; no later frame comes from the orchestrator. */
  isAborted = false
  /** How often an agent has printed the line that only agents print. */
  workings = 0
  /** An agent has printed the exact text of an abort. */
  mayHavePrintedAbort = false
  /** An agent has printed on stderr the orchestrator's text of a failure, and the orchestrator has sent nothing since. */
  seemsFailed = false
  /**
   * The run seemed failed for the whole silence, and then continued: a dashboard that missed the continuation shows it as failed.
   */
  seemedFailed = false
  /** Its entry in the history; null if there is none. */
  readonly entry: Entry | null
  readonly dryRun: boolean
  /** When its orchestrator was active, from and to, ms on the backend's clock. */
  readonly beganAt: number
  #endedAt = Infinity
  #status: RunStatus = 'idle'
  /** Its own copy of the plan, which it read once. */
  readonly #plan: PlannedBatch[]
  readonly #states = new Map<string, BatchStatus>()
  /** The hex ids that identify each batch's attempt in Docker and Git. */
  readonly #hexes = new Map<string, string>()
  /** Batches whose completion it reported. */
  readonly #completed = new Set<string>()
  #unnamed: string | null = null
  #historyId: string | null = null
  #nanos = 0n
  /** When the orchestrator last sent a message. */
  #saidAt = 0

  readonly #files: SpecFiles
  readonly #now: () => number
  readonly #said: (frame: Frame) => void

  constructor(
    { dryRun, resumes }: Order,
    files: SpecFiles,
    readonly generation: Generation,
    now: () => number,
    said: (frame: Frame) => void,
  ) {
    this.#files = files
    this.#now = now
    this.#said = said

    this.dryRun = dryRun
    this.beganAt = now()
    this.#plan = files.plan.map(batch => ({ ...batch }))
    for (const { id, status } of this.#plan) this.#states.set(id, status === 'completed' ? 'completed' : 'pending')
    this.#status = generation === 'A' ? 'starting' : 'running'
    this.#say({ kind: 'started', spec: files.spec })
    this.entry = generation === 'A' ? null : this.#openEntry(resumes)
    const done = this.#plan.filter(({ status }) => status === 'completed').length
    if (done > 0) this.#note('info', `Resuming: ${done} batches already completed`)
    this.#endIfComplete()
  }

  get isOver(): boolean {
    return this.isAborted || this.#status === 'completed' || this.#status === 'failed' || this.#status === 'aborted'
  }

  /**
   * Whether the orchestrators of both were active at the same time.
   * @param slack how long after the end of one the other may have begun, ms
   */
  overlaps(other: Execution, slack = 0): boolean {
    return this.beganAt <= other.#endedAt + slack && other.beganAt <= this.#endedAt + slack
  }

  isAfter(other: Execution): boolean {
    return this.beganAt > other.beganAt
  }

  /** Its orchestrator sent a message after the other's last one. */
  outlives(other: Execution): boolean {
    return this.#saidAt > other.#saidAt
  }

  /** Whether it began before or after another one, as far as their stamps show. */
  begins(other: Execution): 'before' | 'after' | 'at once' {
    return this.#order(this.beganAt, other.beganAt)
  }

  /** Whether its orchestrator's last message came before or after another one began, as far as their stamps show. */
  spokeLast(other: Execution): 'before' | 'after' | 'at once' {
    return this.#order(this.#saidAt, other.beganAt)
  }

  #order(a: number, b: number): 'before' | 'after' | 'at once' {
    const stamp = (ms: number) => (this.generation === 'C' ? Math.floor(ms / 1_000) : ms)
    if (stamp(a) === stamp(b)) return 'at once'
    return stamp(a) < stamp(b) ? 'before' : 'after'
  }

  /** The orchestrator stops, for whatever reason. */
  die(): void {
    this.#endedAt = Math.min(this.#endedAt, this.#now())
  }

  /** The hex id of the latest attempt of a batch in Docker. */
  hexOf(id: string): string | undefined {
    return this.#hexes.get(id)
  }

  get running(): PlannedBatch[] {
    return this.#plan.filter(({ id }) => this.#states.get(id) === 'running')
  }

  /** Batches that may begin now. */
  get ready(): PlannedBatch[] {
    const isDone = (id: string) => this.#states.get(id) === 'completed'
    return this.#plan.filter(({ id, dependsOn }) => this.#states.get(id) === 'pending' && dependsOn.every(isDone))
  }

  get truth(): Truth {
    return { status: this.#status, batches: [...this.#states], unnamed: this.#unnamed }
  }

  begin(batch: PlannedBatch, hex: string): void {
    this.#hexes.set(batch.id, hex)
    this.#status = 'running'
    this.#states.set(batch.id, 'running')
    this.#write(batch, 'running')
    this.#say({ kind: 'batch-running', batch })
  }

  complete(batch: PlannedBatch): void {
    const branch = this.#branchOf(batch)
    this.#states.set(batch.id, 'completed')
    this.#completed.add(batch.id)
    this.#say({ kind: 'batch-completed', batch, branch })
    if (!this.dryRun) this.#write(batch, 'completed', branch)
    const recorded = this.entry?.batches.find(({ id }) => id === batch.id)
    if (recorded) Object.assign(recorded, { status: 'completed', endedAt: this.#now(), branch })
    this.#endIfComplete()
  }

  fail(batch: PlannedBatch, exitCode: number): void {
    const reason = exitReason(this.generation, exitCode)
    if (this.generation !== 'C' && this.running.length > 1) this.#unnamed = batch.id
    this.#states.set(batch.id, 'failed')
    this.#end('failed')
    this.#record('failed', reason)
    this.#say({ kind: 'batch-failed', batch, reason }, true)
    this.#say({ kind: 'failed', reason, abrupt: false }, true)
  }

  /** The batch completes, but its merge fails: neither plan nor history says this. A dry run merges nothing. */
  failToMerge(batch: PlannedBatch): void {
    if (this.generation === 'C' || this.dryRun) return
    this.#states.set(batch.id, 'completed')
    this.#completed.add(batch.id)
    this.#say({ kind: 'batch-completed', batch, branch: this.#branchOf(batch) })
    this.#note('info', `Merging branch ${this.#branchOf(batch)}`)
    this.#states.set(batch.id, 'failed')
    this.#end('failed')
    this.#say({ kind: 'merge-failed', batch, reason: 'Merge failed' }, true)
  }

  print(stream: 'stdout' | 'stderr', text: string): void {
    // The oldest generation reports completions as sentences; an agent's sentence counts until the first of its orchestrator
    // [RUN-3].
    const isBelieved = this.generation === 'A' && this.#completed.size === 0
    if (isBelieved && text.startsWith('Batch ')) return
    this.mayHavePrintedAbort ||= text === ABORTED
    if (text === WORKING) this.workings += 1
    this.#say({ kind: 'line', stream, text })
    // In the documented contract, stderr is not an error.
    this.seemsFailed ||= text.startsWith('Execution failed: ') && stream === 'stderr' && this.generation !== 'C'
  }

  abort(): void {
    // An ended run can be stopped too: the backend reports this, and nothing changes.
    if (this.generation === 'C' && !this.isOver) {
      this.#end('aborted')
      this.#record('aborted')
    }
    this.isAborted = true
    this.die()
    this.#say({ kind: 'aborted' }, true)
  }

  /** Batches that were running at the run's end have ended with it. */
  #end(status: 'failed' | 'aborted'): void {
    this.#status = status
    this.die()
    for (const { id } of this.running) this.#states.set(id, 'aborted')
  }

  #endIfComplete(): void {
    if (this.#plan.some(({ id }) => this.#states.get(id) !== 'completed')) return
    this.#status = 'completed'
    this.die()
    this.#record('completed')
    this.#say({ kind: 'completed', historyId: this.#historyId }, true)
  }

  /** If another run of the spec is active, this run gets no entry, but still has an id for one. */
  #openEntry(resumes: string | null): Entry | null {
    const files = this.#files
    const found = resumes === null ? undefined : files.entry(resumes)
    if (found) {
      Object.assign(found, { status: 'running', endedAt: null, error: null })
      this.#historyId = found.id
      this.#note('info', `Resuming run: ${found.id}`, true)
      return found
    }
    this.#historyId = files.newId()
    const { busy } = files
    if (resumes !== null) this.#note('warning', `Run ${resumes} not found, starting fresh`)
    else if (busy !== null) this.#note('warning', `Failed to create history entry: ${busy}`)
    else {
      const entry = files.create(this.#historyId, this.#now(), this.dryRun)
      this.#note('info', `Created run history entry: ${entry.id}`, true)
      return entry
    }
    return null
  }

  #record(status: 'completed' | 'failed' | 'aborted', error: string | null = null): void {
    if (this.entry) Object.assign(this.entry, { status, error, endedAt: this.#now() })
  }

  /** Writes the whole plan from its own copy: changes of other runs in the meantime are lost. */
  #write(batch: PlannedBatch, status: string, branch = batch.branch): void {
    Object.assign(batch, { status, branch })
    this.#files.plan = this.#plan.map(each => ({ ...each }))
  }

  #branchOf(batch: PlannedBatch): string {
    if (this.dryRun) return 'dry-run-branch'
    const hex = this.#hexes.get(batch.id)
    if (hex === undefined) throw new Error('A batch ends that never began')
    return branchName(this.generation, batch, hex)
  }

  #note(level: 'info' | 'warning', text: string, namesEntry = false): void {
    this.#say({ kind: 'note', level, text }, false, namesEntry)
  }

  #say(happening: Happening, isEnd = false, namesEntry = false): void {
    const all = words(this.generation, happening)
    if (happening.kind !== 'line' && happening.kind !== 'aborted') {
      this.seemedFailed ||= this.seemsFailed && this.#now() - this.#saidAt >= SILENCE
      this.seemsFailed = false
      this.#saidAt = this.#now()
    }
    for (const said of all) {
      this.#nanos += 1_001n
      // Stamps of the documented contract have whole seconds: nothing else distinguishes two of its messages.
      const text = encode(this.generation, said, BigInt(this.#now()) * 1_000_000n + (this.#nanos % 1_000_000n))
      const replayed = happening.kind !== 'aborted' || this.generation === 'C'
      const frame = { text, replayed, isEnd, namesEntry }
      this.frames.push(frame)
      this.#said(frame)
    }
  }
}

/** The true state of a run that could not continue from there. */
export function cutShort({ batches, unnamed }: Truth, status: 'failed' | 'aborted'): Truth {
  const ended = ([id, state]: readonly [string, BatchStatus]) => [id, state === 'running' ? 'aborted' : state] as const
  return { status, unnamed, batches: batches.map(ended) }
}
