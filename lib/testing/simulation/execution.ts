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

/** What agents print, and nobody else. */
export const WORKING = 'working'

/** What is true of a run at a moment, by the books of who makes it happen. */
export interface Truth {
  status: RunStatus
  /** Each batch's state, in the plan's order. */
  batches: readonly (readonly [id: string, status: BatchStatus])[]
  /** The batch that ended the run, where the backend does not say which: only evidence can. */
  unnamed: string | null
}

export interface Frame {
  text: string
  /** False where the backend forgets it: a real abort. */
  replayed: boolean
  /** It tells of the run's end. */
  isEnd: boolean
  /** It names the entry of the history that is the run's own. */
  namesEntry: boolean
}

/** So long a silence of the engine's makes an agent's line the end [RUN-4]; ms. */
const SILENCE = 60_000

/** A start, as the backend is asked for it. */
export interface Order {
  readonly dryRun: boolean
  /** The entry to go on with; null: a new one. */
  readonly resumes: string | null
}

/** One run as its backend executes it: what it does, what it says and writes of that, and what is therefore true. */
export class Execution {
  readonly frames: Frame[] = []
  /** When the user's stop took effect; no later frame is a word of the engine's. */
  isAborted = false
  /** How often an agent has printed what nobody else says. */
  workings = 0
  /** An agent has printed the very words of an abort. */
  mayHavePrintedAbort = false
  /** An agent has printed on stderr what the engine says when it fails, and the engine has said nothing since. */
  seemsFailed = false
  /** It seemed so for as long as the engine must be silent, and then went on: who has not heard that takes it for failed. */
  seemedFailed = false
  /** Its entry in the history; null where there is none. */
  readonly entry: Entry | null
  readonly dryRun: boolean
  /** From when to when its engine was at work, ms on the backend's clock. */
  readonly beganAt: number
  #endedAt = Infinity
  #status: RunStatus = 'idle'
  /** What it knows of the plan, which it read once. */
  readonly #plan: PlannedBatch[]
  readonly #states = new Map<string, BatchStatus>()
  /** By which each batch's attempt is known to Docker and Git. */
  readonly #hexes = new Map<string, string>()
  /** Batches whose completion it told. */
  readonly #completed = new Set<string>()
  #unnamed: string | null = null
  #historyId: string | null = null
  #nanos = 0n
  /** When the engine last said anything. */
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

  /** Whether the engines of both were at work at one time. */
  /** @param slack so long after the end of one the other may have begun, ms */
  overlaps(other: Execution, slack = 0): boolean {
    return this.beganAt <= other.#endedAt + slack && other.beganAt <= this.#endedAt + slack
  }

  isAfter(other: Execution): boolean {
    return this.beganAt > other.beganAt
  }

  /** Its engine spoke after the other's had spoken last. */
  outlives(other: Execution): boolean {
    return this.#saidAt > other.#saidAt
  }

  /** Whether it began before another or after it, as far as their stamps tell. */
  begins(other: Execution): 'before' | 'after' | 'at once' {
    return this.#order(this.beganAt, other.beganAt)
  }

  /** Whether its engine spoke last before another one began or after that, as far as their stamps tell. */
  spokeLast(other: Execution): 'before' | 'after' | 'at once' {
    return this.#order(this.#saidAt, other.beganAt)
  }

  #order(a: number, b: number): 'before' | 'after' | 'at once' {
    const stamp = (ms: number) => (this.generation === 'C' ? Math.floor(ms / 1_000) : ms)
    if (stamp(a) === stamp(b)) return 'at once'
    return stamp(a) < stamp(b) ? 'before' : 'after'
  }

  /** The engine is at work no more, for whatever reason. */
  die(): void {
    this.#endedAt = Math.min(this.#endedAt, this.#now())
  }

  /** By which its latest attempt of a batch is known to Docker. */
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

  /** It completes, and can't be merged: of that neither plan nor history is told. A dry run merges nothing. */
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
    // The oldest generation's completions are sentences, and before its engine's first one an agent's is believed [RUN-3].
    const isBelieved = this.generation === 'A' && this.#completed.size === 0
    if (isBelieved && text.startsWith('Batch ')) return
    this.mayHavePrintedAbort ||= text === ABORTED
    if (text === WORKING) this.workings += 1
    this.#say({ kind: 'line', stream, text })
    // The documented contract's stderr is no error.
    this.seemsFailed ||= text.startsWith('Execution failed: ') && stream === 'stderr' && this.generation !== 'C'
  }

  abort(): void {
    // Also a run that is over can be stopped: that is said, and changes nothing.
    if (this.generation === 'C' && !this.isOver) {
      this.#end('aborted')
      this.#record('aborted')
    }
    this.isAborted = true
    this.die()
    this.#say({ kind: 'aborted' }, true)
  }

  /** What was at work when the run ended has ended with it. */
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

  /** Another run of the spec that is at work keeps this one from an entry, and still this one has an id for it. */
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

  /** It writes the plan as a whole, as it knows it: what other runs wrote meanwhile is lost. */
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
      // Stamps of the documented contract are whole seconds: nothing else tells two of its messages apart.
      const text = encode(this.generation, said, BigInt(this.#now()) * 1_000_000n + (this.#nanos % 1_000_000n))
      const replayed = happening.kind !== 'aborted' || this.generation === 'C'
      const frame = { text, replayed, isEnd, namesEntry }
      this.frames.push(frame)
      this.#said(frame)
    }
  }
}

/** What is true of a run that could not go on from there. */
export function cutShort({ batches, unnamed }: Truth, status: 'failed' | 'aborted'): Truth {
  const ended = ([id, state]: readonly [string, BatchStatus]) => [id, state === 'running' ? 'aborted' : state] as const
  return { status, unnamed, batches: batches.map(ended) }
}
