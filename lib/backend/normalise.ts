import { batchStatus } from '../run/model'
import { cutText, LONGEST_LINE } from '../run/text/kept-text'
import { says as saysSchema, type Message, type MessageClaim } from '../run/observation'
import { hasMoreValues } from '../run/text/json-size'
import { readSentence } from './sentence'
import { EXECUTION_NOT_FOUND, frame as frameSchema, type Frame } from './wire'

/** The content of one frame, in the same form for every generation. */
export type FrameReading =
  | {
      kind: 'message'
      says: MessageClaim
      timestamp: string | null
      stream: Message['stream']
      text: string
      odd: string | null
    }
  | { kind: 'unknown-run' }
  /** The frame is no message. `reason` is for the log. */
  | { kind: 'unreadable'; reason: string }

/** A message is one flat object, so it never has more values. */
const MOST_VALUES = 100

/** Reads one frame's text. Never throws. */
export function readFrame(text: string): FrameReading {
  if (hasMoreValues(text, MOST_VALUES)) return { kind: 'unreadable', reason: 'more values than a message has' }
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return { kind: 'unreadable', reason: 'not JSON' }
  }
  const line = readLine(json)
  if (line) return line
  const parsed = frameSchema.safeParse(json)
  if (!parsed.success) return { kind: 'unreadable', reason: 'not a message object' }
  const frame = parsed.data
  if (frame.type === null && frame.message === null) return { kind: 'unreadable', reason: 'neither type nor message' }
  if (frame.type === 'error' && frame.message === EXECUTION_NOT_FOUND && frame.timestamp === null) {
    return { kind: 'unknown-run' }
  }
  const { says, odd } = interpret(frame)
  return {
    kind: 'message',
    // The schema cuts names and errors to the same length as in plans and histories, so that they match [SAFE-5.1].
    says: saysSchema.parse(says),
    odd,
    timestamp: frame.timestamp,
    stream: streamOf(frame),
    text: cutText(wording(frame), LONGEST_LINE),
  }
}

/**
 * Reads what nine of ten frames are, a line of an agent in exact spelling, without the schema: the result is the same, and comes at
 * a tenth of the cost. Null if it may be anything else.
 */
function readLine(json: unknown): FrameReading | null {
  if (typeof json !== 'object' || json === null || !('type' in json && 'message' in json && 'timestamp' in json))
    return null
  const { type, message, timestamp } = json
  if ((type !== 'log' && type !== 'error') || typeof message !== 'string' || typeof timestamp !== 'string') return null
  const named = 'stream' in json ? json.stream : null
  if (named !== null && named !== 'stdout' && named !== 'stderr') return null
  if ((type === 'error' && readError(message)) || readSentence(message, 3)) return null
  const stream = type === 'error' || named === 'stderr' ? 'stderr' : 'stdout'
  return { kind: 'message', says: LINE, odd: null, timestamp, stream, text: cutText(message, LONGEST_LINE) }
}

const LINE: MessageClaim = { kind: 'line' }

interface Interpretation {
  says: MessageClaim
  /** Why a message was not understood completely, for the log; null if it was. */
  odd: string | null
}

const understood = (says: MessageClaim): Interpretation => ({ says, odd: null })
const strange = (odd: string): Interpretation => ({ says: { kind: 'remark' }, odd })

function interpret(frame: Frame): Interpretation {
  const message = frame.message ?? ''
  switch (frame.type) {
    case 'start':
      return understood({ kind: 'start', spec: after(message, 'Starting execution for spec: ') })
    case 'status':
      return runStatus(frame)
    case 'success':
      return understood({ kind: 'success' })
    case 'batch_status':
      return statusOfBatch(frame)
    case 'batch_start':
    case 'batch_complete':
      return orchestratorSentence(frame, message)
    case 'batch_error':
      return understood({
        kind: 'batch-error',
        error: after(message, 'Batch failed: ') ?? frame.error ?? message,
      })
    case 'info':
    case 'warning':
      return understood(readRemark(message) ?? readSentence(message, 3) ?? { kind: 'remark' })
    case 'error':
      return understood(readError(message) ?? readSentence(message, 3) ?? { kind: 'line' })
    case 'log':
    case null:
      return understood(readSentence(message, 3) ?? { kind: 'line' })
    default:
      return { says: readSentence(message, 3) ?? { kind: 'line' }, odd: `unknown type ${frame.type.slice(0, 100)}` }
  }
}

function runStatus(frame: Frame): Interpretation {
  const { status } = frame
  switch (status) {
    case 'running':
    case 'completed':
      return understood({ kind: 'run-status', status, error: null })
    case 'failed':
    case 'aborted':
      return understood({
        kind: 'run-status',
        status,
        error: frame.error ?? (frame.message || null),
      })
    default:
      return strange(`unknown run status ${String(status).slice(0, 100)}`)
  }
}

function statusOfBatch(frame: Frame): Interpretation {
  const status = batchStatus.safeParse(frame.status)
  if (!status.success) return strange(`unknown batch status ${String(frame.status).slice(0, 100)}`)
  if (!frame.batch_id) return strange('batch_status without batch_id')
  return understood({
    kind: 'batch-status',
    id: frame.batch_id,
    name: frame.batch_name || null,
    status: status.data,
    branch: frame.branch || null,
    error: frame.error,
  })
}

const SPAWNING = 'Spawning batch: '
const COMPLETED = /^Batch (.*) completed on branch (.+)$/s

/** Reads the orchestrator's own `batch_start` and `batch_complete`: they have no text around the sentence, so names are exact. */
function orchestratorSentence(frame: Frame, message: string): Interpretation {
  if (frame.type === 'batch_start' && message.startsWith(SPAWNING)) {
    return understood({ kind: 'batch-start', tier: 2, name: message.slice(SPAWNING.length) })
  }
  const [, ref, branch] = COMPLETED.exec(message) ?? []
  if (frame.type === 'batch_complete' && ref !== undefined && branch !== undefined) {
    return understood({ kind: 'batch-complete', tier: 2, sentence: 'completed', by: 'id', ref, branch })
  }
  const says = readSentence(message, 2)
  if (says?.kind === 'batch-start' && frame.type === 'batch_start') return understood(says)
  if (says?.kind === 'batch-complete' && frame.type === 'batch_complete') return understood(says)
  return strange(`${String(frame.type)} with unknown words`)
}

const RESUMING = /^Resuming: (\d{1,9}) batches already completed$/
const LOCALLY = /^Docker unavailable \(.*\), falling back to local execution$/s

/** Reads an `info` or a `warning`: only the orchestrator sends these. */
function readRemark(message: string): MessageClaim | null {
  const branch = after(message, 'Merging branch ')
  if (branch !== null) return { kind: 'merging', branch }
  const historyId = after(message, 'Created run history entry: ') ?? after(message, 'Resuming run: ')
  if (historyId !== null) return { kind: 'history-id', id: historyId }
  const count = RESUMING.exec(message)?.[1]
  if (count !== undefined) return { kind: 'resuming', count: Number(count) }
  return LOCALLY.test(message) ? { kind: 'runs-locally' } : null
}

const FAILED = 'Execution failed:'

/** Reads an `error`: it comes from the orchestrator or is an agent's stderr, and the fold decides which [RUN-4]. */
function readError(message: string): MessageClaim | null {
  if (message.startsWith(FAILED)) {
    const error = message.slice(FAILED.length).trimStart() || 'The backend gave no reason.'
    return { kind: 'execution-failed', error }
  }
  if (message === 'Execution aborted by user.') return { kind: 'execution-aborted' }
  if (message.startsWith('Spec not found: ') || message === "Plan not found. Run 'ckrv plan' first.") {
    return { kind: 'missing', error: message }
  }
  return null
}

function after(message: string, start: string): string | null {
  return message.startsWith(start) && message.length > start.length ? message.slice(start.length) : null
}

function streamOf(frame: Frame): Message['stream'] {
  if (frame.type === 'error') return 'stderr'
  if (frame.type === 'log' || frame.type === null) return frame.stream === 'stderr' ? 'stderr' : 'stdout'
  return 'system'
}

/** The text of a frame for the log: a status has no text of its own, so it gets one. */
function wording(frame: Frame): string {
  if (frame.message) return frame.message
  if (frame.type === 'status') return `status: ${frame.status ?? 'none'}`
  if (frame.type !== 'batch_status') return ''
  const branch = frame.branch ? ` on branch ${frame.branch}` : ''
  return `batch ${frame.batch_id ?? '?'}: ${frame.status ?? 'none'}${branch}${frame.error ? `: ${frame.error}` : ''}`
}
