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

/** What agents print, and nobody else. */
export const WORKING = 'working'

/** A batch of a spec's plan, as the backend's plan file has it. */
export interface PlannedBatch {
  id: string
  name: string
  dependsOn: string[]
  status: string
  branch: string | null
}

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
  /** What is true as soon as it is heard, if all before it was; null amid the words for one happening. */
  truth: Truth | null
}

/** So long a silence of the engine's makes an agent's line the end [RUN-4]; ms. */
const SILENCE = 60_000

/** One run as its backend executes it: what it does, what it says of that, and what is therefore true. */
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
  private status: RunStatus = 'idle'
  private readonly states = new Map<string, BatchStatus>()
  private unnamed: string | null = null
  private nanos = 0n
  /** When the engine last said anything. */
  private saidAt = 0

  constructor(
    readonly runId: string,
    readonly spec: string,
    readonly generation: Generation,
    readonly dryRun: boolean,
    readonly plan: PlannedBatch[],
    private readonly now: () => number,
    private readonly said: (frame: Frame) => void,
  ) {
    for (const batch of plan) {
      batch.status = 'pending'
      this.states.set(batch.id, 'pending')
    }
    this.status = generation === 'A' ? 'starting' : 'running'
    this.say({ kind: 'started', spec })
  }

  get isOver(): boolean {
    return this.isAborted || this.status === 'completed' || this.status === 'failed' || this.status === 'aborted'
  }

  get running(): PlannedBatch[] {
    return this.plan.filter(({ id }) => this.states.get(id) === 'running')
  }

  /** Batches that may begin now. */
  get ready(): PlannedBatch[] {
    const isDone = (id: string) => this.states.get(id) === 'completed'
    return this.plan.filter(({ id, dependsOn }) => this.states.get(id) === 'pending' && dependsOn.every(isDone))
  }

  get truth(): Truth {
    return { status: this.status, batches: [...this.states], unnamed: this.unnamed }
  }

  begin(batch: PlannedBatch, hex: string): void {
    batch.branch = branchName(this.generation, batch, hex)
    batch.status = 'running'
    this.status = 'running'
    this.states.set(batch.id, 'running')
    this.say({ kind: 'batch-running', batch })
  }

  complete(batch: PlannedBatch): void {
    batch.status = 'completed'
    this.states.set(batch.id, 'completed')
    this.say({ kind: 'batch-completed', batch, branch: this.branchOf(batch) })
    if (this.plan.some(({ id }) => this.states.get(id) !== 'completed')) return
    this.status = 'completed'
    this.say({ kind: 'completed', historyId: null }, true)
  }

  fail(batch: PlannedBatch, exitCode: number): void {
    const reason = exitReason(this.generation, exitCode)
    if (this.generation !== 'C' && this.running.length > 1) this.unnamed = batch.id
    this.states.set(batch.id, 'failed')
    this.end('failed')
    this.say({ kind: 'batch-failed', batch, reason }, true)
    this.say({ kind: 'failed', reason, abrupt: false }, true)
  }

  /** It completes, and can't be merged. */
  failToMerge(batch: PlannedBatch): void {
    if (this.generation === 'C') return
    batch.status = 'completed'
    this.states.set(batch.id, 'completed')
    this.say({ kind: 'batch-completed', batch, branch: this.branchOf(batch) })
    this.say({ kind: 'note', level: 'info', text: `Merging branch ${this.branchOf(batch)}` })
    this.states.set(batch.id, 'failed')
    this.end('failed')
    this.say({ kind: 'merge-failed', batch, reason: 'Merge failed' }, true)
  }

  print(stream: 'stdout' | 'stderr', text: string): void {
    // The oldest generation's completions are sentences, and before its engine's first one an agent's is believed [RUN-3].
    const isBelieved = this.generation === 'A' && ![...this.states.values()].includes('completed')
    if (isBelieved && text.startsWith('Batch ')) return
    this.mayHavePrintedAbort ||= text === ABORTED
    if (text === WORKING) this.workings += 1
    this.say({ kind: 'line', stream, text })
    // The documented contract's stderr is no error.
    this.seemsFailed ||= text.startsWith('Execution failed: ') && stream === 'stderr' && this.generation !== 'C'
  }

  abort(): void {
    // Also a run that is over can be stopped: that is said, and changes nothing.
    if (this.generation === 'C' && !this.isOver) this.end('aborted')
    this.isAborted = true
    this.say({ kind: 'aborted' }, true)
  }

  /** What was at work when the run ended has ended with it. */
  private end(status: 'failed' | 'aborted'): void {
    this.status = status
    for (const { id } of this.running) this.states.set(id, 'aborted')
  }

  private branchOf({ branch }: PlannedBatch): string {
    if (branch === null) throw new Error('A batch ends that never began')
    return branch
  }

  private say(happening: Happening, isEnd = false): void {
    const all = words(this.generation, happening)
    if (happening.kind !== 'line' && happening.kind !== 'aborted') {
      this.seemedFailed ||= this.seemsFailed && this.now() - this.saidAt >= SILENCE
      this.seemsFailed = false
      this.saidAt = this.now()
    }
    for (const [n, said] of all.entries()) {
      this.nanos += 1_001n
      // Stamps of the documented contract are whole seconds: nothing else tells two of its messages apart.
      const text = encode(this.generation, said, BigInt(this.now()) * 1_000_000n + (this.nanos % 1_000_000n))
      const replayed = happening.kind !== 'aborted' || this.generation === 'C'
      const frame = { text, replayed, isEnd, truth: n === all.length - 1 ? this.truth : null }
      this.frames.push(frame)
      this.said(frame)
    }
  }
}

/** What is true of a run that could not go on from there. */
export function cutShort({ batches, unnamed }: Truth, status: 'failed' | 'aborted'): Truth {
  const ended = ([id, state]: readonly [string, BatchStatus]) => [id, state === 'running' ? 'aborted' : state] as const
  return { status, unnamed, batches: batches.map(ended) }
}
