import { iso } from './clock'

/** `A`: before batch states were sent. `B`: what runs today. `C`: exactly the documented contract. */
export type Generation = 'A' | 'B' | 'C'

/** Differences in behaviour between the generations, apart from their texts. */
export interface Behaviour {
  /** Whether runs.yaml, the history endpoints and resuming exist. */
  history: boolean
  /** Whether "completed" is sent after the merge, or before it. */
  mergesFirst: boolean
  /** Whether every end is reported and recorded, also an abort and a failed merge, and whether an abort stops the agents. */
  tellsEveryEnd: boolean
  /**
   * Whether the plan endpoint requires fields that the orchestrator's own rewrite drops, and the orchestrator requires a status.
   */
  strictPlan: boolean
}

export const behaviours: Record<Generation, Behaviour> = {
  A: { history: false, mergesFirst: false, tellsEveryEnd: false, strictPlan: true },
  B: { history: true, mergesFirst: false, tellsEveryEnd: false, strictPlan: false },
  C: { history: true, mergesFirst: true, tellsEveryEnd: true, strictPlan: false },
}

export interface BatchRef {
  id: string
  name: string
}

/** An event in a run, before a generation turns it into messages. */
export type Happening =
  | { kind: 'started'; spec: string }
  | { kind: 'note'; level: 'info' | 'warning' | 'error'; text: string }
  | { kind: 'line'; stream: 'stdout' | 'stderr'; text: string }
  | { kind: 'batch-running'; batch: BatchRef }
  | { kind: 'batch-completed'; batch: BatchRef; branch: string }
  | { kind: 'batch-failed'; batch: BatchRef; reason: string }
  | { kind: 'merge-failed'; batch: BatchRef; reason: string }
  /** `abrupt`: the orchestrator gives up on a path where today's backend omits `status failed`. */
  | { kind: 'failed'; reason: string; abrupt: boolean }
  | { kind: 'completed'; historyId: string | null }
  | { kind: 'aborted' }

/** A message without its time. */
export interface Message {
  type: string
  message?: string
  stream?: string
  status?: string
  batch_id?: string
  batch_name?: string
  branch?: string
  error?: string
}

export const ABORTED = 'Execution aborted by user.'

/** The messages by which a generation reports an event: none, one or several, in order. */
export function words(generation: Generation, happening: Happening): Message[] {
  switch (generation) {
    case 'A':
      return common(happening)
    case 'B':
      return withStates(happening)
    case 'C':
      return asDocumented(happening)
  }
}

function common(happening: Happening): Message[] {
  switch (happening.kind) {
    case 'started':
      return [{ type: 'start', message: `Starting execution for spec: ${happening.spec}` }]
    case 'note':
      return [{ type: happening.level, message: happening.text }]
    case 'line':
      return [{ type: happening.stream === 'stdout' ? 'log' : 'error', message: happening.text }]
    case 'batch-running':
      return [{ type: 'batch_start', message: `Spawning batch: ${happening.batch.name}` }]
    case 'batch-completed':
      return [
        { type: 'batch_complete', message: `Batch ${happening.batch.id} completed on branch ${happening.branch}` },
      ]
    case 'batch-failed':
      return [{ type: 'batch_error', message: `Batch failed: ${firstParagraph(happening.reason)}` }]
    case 'merge-failed':
    case 'failed':
      return [{ type: 'error', message: `Execution failed: ${happening.reason}` }]
    case 'completed':
      return [{ type: 'success', message: 'All batches completed successfully.' }]
    case 'aborted':
      return [{ type: 'error', message: ABORTED }]
  }
}

function withStates(happening: Happening): Message[] {
  const told = common(happening)
  switch (happening.kind) {
    case 'started':
      return [...told, { type: 'status', status: 'running' }]
    case 'batch-running':
      return [...told, batchStatus('running', happening.batch)]
    case 'batch-completed': {
      // The name equals the id here, as in the real backend.
      const { id } = happening.batch
      return [...told, { ...batchStatus('completed', { id, name: id }), branch: happening.branch }]
    }
    case 'failed':
      return happening.abrupt ? told : [{ type: 'status', status: 'failed' }, ...told]
    case 'completed':
      return [{ type: 'status', status: 'completed' }, ...historyNote(happening.historyId), ...told]
    default:
      return told
  }
}

function asDocumented(happening: Happening): Message[] {
  const told = common(happening)
  switch (happening.kind) {
    case 'started':
      return [{ type: 'status', status: 'running' }, ...told]
    case 'line':
      return [{ type: 'log', message: happening.text, stream: happening.stream }]
    case 'batch-running':
      return [batchStatus('running', happening.batch), ...told]
    case 'batch-completed':
      return [{ ...batchStatus('completed', happening.batch), branch: happening.branch }, ...told]
    case 'batch-failed':
      return [{ ...batchStatus('failed', happening.batch), error: firstParagraph(happening.reason) }, ...told]
    case 'merge-failed':
      return [
        { ...batchStatus('failed', happening.batch), error: happening.reason },
        { type: 'status', status: 'failed', message: happening.reason },
        ...told,
      ]
    case 'failed':
      return [{ type: 'status', status: 'failed', message: firstParagraph(happening.reason) }, ...told]
    case 'completed':
      return [{ type: 'status', status: 'completed' }, ...historyNote(happening.historyId), ...told]
    case 'aborted':
      return [{ type: 'status', status: 'aborted', message: ABORTED }]
    case 'note':
      return told
  }
}

const batchStatus = (status: string, { id, name }: BatchRef): Message => ({
  type: 'batch_status',
  batch_id: id,
  batch_name: name,
  status,
})

const historyNote = (id: string | null): Message[] =>
  id === null ? [] : [{ type: 'info', message: `Run history entry completed: ${id}` }]

/** The first paragraph of an error; its causes or a backtrace follow after a blank line. */
export const firstParagraph = (text: string): string => text.split('\n\n', 1)[0] ?? text

/** Encodes a message as the text of a frame: its keys, their order and the precision of the time depend on the generation. */
export function encode(generation: Generation, said: Message, at: bigint): string {
  switch (generation) {
    case 'A':
      return JSON.stringify({
        type_: said.type,
        message: said.message ?? '',
        stream: null,
        timestamp: iso(at, '+00:00'),
      })
    case 'B': {
      const { type, message = '', ...rest } = said
      const { status, batch_id, batch_name, branch } = rest
      return JSON.stringify({ type, message, timestamp: iso(at, '+00:00'), status, batch_id, batch_name, branch })
    }
    case 'C':
      return JSON.stringify({ ...said, timestamp: iso(at - (at % 1_000_000_000n), 'Z') })
  }
}

/** The reason of a failed batch whose agent ended with this code; today's backend cannot distinguish the codes. */
export function exitReason(generation: Generation, exitCode: number): string {
  switch (generation) {
    case 'A':
      return `Task failed with exit code Some(${exitCode})`
    case 'B':
      return 'Claude Code execution failed with exit code -1'
    case 'C':
      return 'Task failed'
  }
}

/** The branch that a batch works on; `hex` distinguishes its attempts. */
export function branchName(generation: Generation, { id, name }: BatchRef, hex: string): string {
  if (generation !== 'C') return `worktree/main/ckrv-batch-${id}-${hex}`
  const slug = name.toLowerCase().replace(/[^a-z0-9]+/g, '-')
  return `ckrv-batch-${slug}-${hex}`
}
