import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { says as saysSchema } from '../run/observation'
import { LONGEST_LINE } from '../run/text/kept-text'
import { readFrame, type FrameReading } from './normalise'

const STAMP = '2026-01-05T10:00:00.123456789+00:00'
const BRANCH = 'worktree/main/ckrv-batch-setup-1a2b3c'

const read = (frame: object): Extract<FrameReading, { kind: 'message' }> => {
  const reading = readFrame(JSON.stringify(frame))
  if (reading.kind !== 'message') throw new Error(reading.kind)
  return reading
}
/** The claim of a frame of generation B. */
const says = (type: string, message: string, more: object = {}) =>
  read({ type, message, timestamp: STAMP, ...more }).says

/** A name that is longer than any batch's. */
const LONG = `${'x'.repeat(20_000)}\ud800`

it('[SAFE-5.5] a long frame is read unless it holds more values than a message has', () => {
  const text = `{"a":[1,2,{"b":"${'x'.repeat(2_000_000)}"}]}`
  expect(read({ type: 'log', message: text, timestamp: STAMP })).toMatchObject({ says: { kind: 'line' } })
  const many = { type: 'log', message: 'x', timestamp: STAMP, y: Array.from({ length: 100_000 }, () => []) }
  expect(readFrame(JSON.stringify(many))).toEqual({
    kind: 'unreadable',
    reason: 'more values than a message has',
  })
})

it('[RUN-15] a line is read the same in the exact spelling, which takes a shorter way, and in any other', () => {
  const words = fc.oneof(
    fc.string(),
    fc.constantFrom('', LONG, 'Execution aborted by user.', 'Execution failed: x', 'Execution not found.'),
    fc.constantFrom('[Orchestrator] Spawning batch: A', 'Mission completed: A', 'Batch a completed on branch b'),
  )
  const frames = fc.record(
    {
      type: fc.constantFrom('log', 'error'),
      message: fc.oneof({ weight: 9, arbitrary: words }, fc.jsonValue()),
      timestamp: fc.oneof({ weight: 9, arbitrary: fc.constantFrom(STAMP, '') }, fc.jsonValue()),
      stream: fc.oneof(fc.constantFrom('stdout', 'stderr', 'STDERR', null), fc.jsonValue()),
      status: fc.jsonValue(),
      error: fc.jsonValue(),
      type_: fc.jsonValue(),
    },
    { requiredKeys: ['type'] },
  )
  fc.assert(
    fc.property(frames, frame => {
      const other = { ...frame, type: frame.type.toUpperCase() }
      expect(readFrame(JSON.stringify(frame))).toEqual(readFrame(JSON.stringify(other)))
    }),
  )
})

describe('generation B', () => {
  it.each([
    ['start', 'Starting execution for spec: 001-todo', { kind: 'start', spec: '001-todo' }],
    ['start', 'Something else', { kind: 'start', spec: null }],
    ['info', 'Created run history entry: run-2026-01-15-a1b2c3', { kind: 'history-id', id: 'run-2026-01-15-a1b2c3' }],
    ['info', 'Resuming run: run-2026-01-15-a1b2c3', { kind: 'history-id', id: 'run-2026-01-15-a1b2c3' }],
    ['info', 'Resuming: 3 batches already completed', { kind: 'resuming', count: 3 }],
    ['info', `Merging branch ${BRANCH}`, { kind: 'merging', branch: BRANCH }],
    ['info', 'Executing in Docker sandbox with Claude Code...', { kind: 'remark' }],
    ['info', 'Merge conflicts detected. Attempting AI resolution...', { kind: 'remark' }],
    ['info', 'Run history entry completed: run-2026-01-15-a1b2c3', { kind: 'remark' }],
    ['warning', 'Run X not found, starting fresh', { kind: 'remark' }],
    ['warning', 'No OPENROUTER_API_KEY found, execution may fail', { kind: 'remark' }],
    ['warning', 'Docker unavailable (no\nsocket), falling back to local execution', { kind: 'runs-locally' }],
    ['batch_start', 'Spawning batch: Project Setup', { kind: 'batch-start', tier: 2, name: 'Project Setup' }],
    [
      'batch_error',
      'Batch failed: Failed to create worktree',
      { kind: 'batch-error', error: 'Failed to create worktree' },
    ],
    ['batch_error', 'Something else', { kind: 'batch-error', error: 'Something else' }],
    ['success', 'All batches completed successfully.', { kind: 'success' }],
    ['error', 'Execution failed: Merge failed', { kind: 'execution-failed', error: 'Merge failed' }],
    [
      'error',
      'Execution failed: Why\n\nCaused by:\n    x',
      { kind: 'execution-failed', error: 'Why\n\nCaused by:\n    x' },
    ],
    ['error', 'Execution aborted by user.', { kind: 'execution-aborted' }],
    ['error', 'Spec not found: 009-none', { kind: 'missing', error: 'Spec not found: 009-none' }],
    [
      'error',
      "Plan not found. Run 'ckrv plan' first.",
      { kind: 'missing', error: "Plan not found. Run 'ckrv plan' first." },
    ],
    ['error', 'npm warn something', { kind: 'line' }],
    ['error', 'Error: Execution failed: x', { kind: 'line' }],
    ['error', 'Execution aborted by user', { kind: 'line' }],
    ['error', 'Execution not found.', { kind: 'line' }],
    ['log', 'Execution failed: x', { kind: 'line' }],
    ['log', '', { kind: 'line' }],
    ['log', 'Spawning batch: Setup', { kind: 'batch-start', tier: 3, name: 'Setup' }],
    ['error', '[Orchestrator] Spawning batch: Setup', { kind: 'batch-start', tier: 3, name: 'Setup' }],
    ['info', '[Orchestrator] Spawning batch: Setup', { kind: 'batch-start', tier: 3, name: 'Setup' }],
  ])('[RUN-3.1] [RUN-4] %s %j', (type, message, expected) => {
    expect(says(type, message)).toEqual(expected)
  })

  it('takes no id from the warning that names another run’s', () => {
    const words =
      'Failed to create history entry: Another run is already in progress: run-2026-01-15-ffffff (started at x)'
    expect(says('warning', words)).toEqual({ kind: 'remark' })
  })

  it.each(['', ' ', '\n', 'x'])('[RUN-5.1] an error that begins "Execution failed:" is one, with %j after it', rest => {
    const { kind } = says('error', `Execution failed:${rest}`)
    expect(kind).toBe('execution-failed')
  })

  it('[RUN-3] tells a batch’s completion in both its ways', () => {
    expect(says('batch_complete', `Batch setup completed on branch ${BRANCH}`)).toEqual({
      ...{ kind: 'batch-complete', tier: 2, sentence: 'completed', by: 'id', ref: 'setup', branch: BRANCH },
    })
    const fields = { status: 'completed', batch_id: 'setup', batch_name: 'setup', branch: BRANCH }
    expect(says('batch_status', '', fields)).toEqual({
      ...{ kind: 'batch-status', id: 'setup', name: 'setup', status: 'completed', branch: BRANCH, error: null },
    })
  })

  it.each(['running', 'completed', 'failed', 'aborted'])('[RUN-4] status %s', status => {
    expect(says('status', '', { status })).toEqual({ kind: 'run-status', status, error: null })
  })

  it('[RUN-3.7] the orchestrator’s own sentences hold any name and id, to the letter', { timeout: 60_000 }, () => {
    const hostile = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('"q"', "'q'", 'a\nb', ' a ', 'x.', '', '🚀 x'),
    )
    fc.assert(
      fc.property(hostile, text => {
        expect(says('batch_start', `Spawning batch: ${text}`)).toEqual({ kind: 'batch-start', tier: 2, name: text })
        expect(says('batch_complete', `Batch ${text} completed on branch b`)).toMatchObject({ ref: text, branch: 'b' })
      }),
    )
  })

  it('[RUN-3] of the orchestrator’s types only the one that is due counts', () => {
    expect(says('batch_start', `Batch setup completed on branch ${BRANCH}`)).toEqual({ kind: 'remark' })
    expect(says('batch_complete', 'Spawning batch: Setup')).toEqual({ kind: 'remark' })
    expect(says('batch_complete', '[Batch] Mission completed: Setup')).toMatchObject({ tier: 2, ref: 'Setup' })
  })

  it.each([
    ['start', 'system'],
    ['info', 'system'],
    ['warning', 'system'],
    ['batch_error', 'system'],
    ['log', 'stdout'],
    ['error', 'stderr'],
    ['unheard-of', 'system'],
  ])('[RUN-6] [RUN-6.1] %s is on %s', (type, stream) => {
    expect(read({ type, message: 'x', timestamp: STAMP }).stream).toBe(stream)
  })

  it('gives a status words for the log', () => {
    expect(read({ type: 'status', message: '', status: 'failed' }).text).toBe('status: failed')
    const fields = { type: 'batch_status', message: '', batch_id: 'a', status: 'completed', branch: 'b' }
    expect(read(fields).text).toBe('batch a: completed on branch b')
    expect(read({ ...fields, branch: null, status: 'failed', error: 'why' }).text).toBe('batch a: failed: why')
    expect(read({ ...fields, message: 'own words' }).text).toBe('own words')
  })
})

describe('generation A', () => {
  const sent = (type_: string, message: string) => read({ type_, message, stream: null, timestamp: STAMP })

  it('[RUN-3] writes `type_`', () => {
    expect(sent('start', 'Starting execution for spec: 001-todo').says).toEqual({ kind: 'start', spec: '001-todo' })
    expect(sent('batch_start', 'Spawning batch: Setup').says).toEqual({ kind: 'batch-start', tier: 2, name: 'Setup' })
    expect(sent('batch_error', 'Batch failed: x').says).toEqual({ kind: 'batch-error', error: 'x' })
    expect(sent('success', 'All batches completed successfully.').says).toEqual({ kind: 'success' })
    expect(sent('log', 'x').stream).toBe('stdout')
    expect(sent('error', 'x').stream).toBe('stderr')
  })

  it('[RUN-6.2] tells healthy progress as `error` lines', () => {
    const line = '2026-01-05T10:00:00Z  INFO ckrv_sandbox::docker: Creating Docker container container_name=ckrv-x'
    expect(sent('error', line).says).toEqual({ kind: 'line' })
  })
})

describe('generation C', () => {
  it('[RUN-3] tells of a batch’s failure itself, and needs no message', () => {
    expect(read({ type: 'batch_status', batch_id: '1', status: 'failed', error: 'Task failed' }).says).toEqual({
      ...{ kind: 'batch-status', id: '1', name: null, status: 'failed', branch: null, error: 'Task failed' },
    })
  })

  it('[RUN-4] has words of its own for a failed or aborted run, and none of them is an error of another', () => {
    const status = (to: string) => says('status', 'as said', { status: to, error: undefined })
    expect(status('aborted')).toEqual({ kind: 'run-status', status: 'aborted', error: 'as said' })
    expect(status('failed')).toEqual({ kind: 'run-status', status: 'failed', error: 'as said' })
    expect(status('completed')).toEqual({ kind: 'run-status', status: 'completed', error: null })
    expect(status('running')).toEqual({ kind: 'run-status', status: 'running', error: null })
  })

  it('names the stream of a line', () => {
    expect(read({ type: 'log', message: 'x', stream: 'stderr' }).stream).toBe('stderr')
    expect(read({ type: 'log', message: 'x', stream: 'stdout' }).stream).toBe('stdout')
    expect(read({ type: 'log', message: 'x', stream: 'odd' }).stream).toBe('stdout')
  })
})

describe('"Execution not found."', () => {
  it('[RUN-11.2] is known by its words and by having no timestamp', () => {
    expect(readFrame('{"type":"error","message":"Execution not found."}')).toEqual({ kind: 'unknown-run' })
    expect(readFrame('{"type_":"error","message":"Execution not found."}')).toEqual({ kind: 'unknown-run' })
  })

  it('[RUN-11.2] with a timestamp is a line that an agent printed', () => {
    expect(says('error', 'Execution not found.')).toEqual({ kind: 'line' })
  })
})

describe('odd frames', () => {
  it.each(['', '{', 'null', '1', '"x"', '[]', '{}', '{"timestamp":"x"}', '{"type":5,"message":{}}', '\u0000', '[[[['])(
    '[SAFE-4.41] %j is no message',
    text => {
      expect(readFrame(text).kind).toBe('unreadable')
    },
  )

  it.each([
    [{ type: 'status', status: 'odd' }, 'unknown run status odd'],
    [{ type: 'status' }, 'unknown run status null'],
    [{ type: 'batch_status', batch_id: 'a', status: 'odd' }, 'unknown batch status odd'],
    [{ type: 'batch_status', status: 'running' }, 'batch_status without batch_id'],
    [{ type: 'batch_status', batch_id: '', status: 'running' }, 'batch_status without batch_id'],
    [{ type: 'batch_status', batch_id: 5, status: 'running' }, 'batch_status without batch_id'],
    [{ type: 'batch_start', message: 'Batch begins' }, 'batch_start with unknown words'],
    [{ type: 'batch_complete', message: 'Batch is done' }, 'batch_complete with unknown words'],
    [{ type: 'run_started', message: 'x' }, 'unknown type run_started'],
  ])('[SAFE-4.41] %j claims nothing, and is told of', (frame, odd) => {
    const reading = read(frame)
    expect(reading.odd).toBe(odd)
    expect(['remark', 'line']).toContain(reading.says.kind)
  })

  it('[SAFE-4.42] a wrong type in one field costs that field alone', () => {
    const frame = { type: 'log', message: 'x', timestamp: 5, stream: {}, branch: [], unknown: 1 }
    expect(read(frame)).toMatchObject({ text: 'x', timestamp: null, stream: 'stdout', says: { kind: 'line' } })
    expect(read({ type: 5, message: 'x' })).toMatchObject({ text: 'x', says: { kind: 'line' } })
  })

  it('[SAFE-5.41] [SAFE-5.46] [SAFE-5.51] [SAFE-5.52] a line is cut at 64 KiB, which shows, and never in the middle of a character', () => {
    const { text } = read({ type: 'log', message: `${'x'.repeat(LONGEST_LINE - 1)}🚀${'y'.repeat(5_000_000)}` })
    expect(text.length).toBeLessThanOrEqual(LONGEST_LINE)
    const [, kept = '', cut] = /^(x+) … (\d+) more characters cut$/.exec(text) ?? []
    expect(kept.length + Number(cut)).toBe(LONGEST_LINE - 1 + 2 + 5_000_000)
    expect(text.isWellFormed()).toBe(true)
  })

  it.each([
    ['error', 'Execution failed: '],
    ['error', 'Spec not found: '],
    ['batch_error', 'Batch failed: '],
  ])('[SAFE-5.46] what %s “%s…” says is cut at 16 KiB: a run keeps thousands of them', (type, start) => {
    const { says: claim, text } = read({ type, message: start + 'x'.repeat(5_000_000) })
    expect(JSON.stringify(claim).length).toBeLessThan(17_000)
    expect(text.length).toBeGreaterThan(LONGEST_LINE - 100)
  })

  it.each([
    ['batch_status', { batch_id: LONG, batch_name: LONG, branch: LONG, status: 'running' }],
    ['batch_start', { message: `Spawning batch: ${LONG}` }],
    ['batch_complete', { message: `Batch ${LONG} completed on branch ${LONG}` }],
    ['start', { message: `Starting execution for spec: ${LONG}` }],
    ['info', { message: `Merging branch ${LONG}` }],
    ['info', { message: `Created run history entry: ${LONG}` }],
  ])(
    '[SAFE-5.1] [SAFE-5.50] what a %s names has a bound, and the line in the log says the whole of it',
    (type, fields) => {
      const { says: claim, text } = read({ type, ...fields })
      expect(JSON.stringify(claim).length).toBeLessThan(2_000)
      if ('message' in fields) expect(text).toBe(fields.message.toWellFormed())
    },
  )

  it('[SAFE-5.46] so is the error of a status', () => {
    const error = 'x'.repeat(5_000_000)
    expect(JSON.stringify(says('status', '', { status: 'failed', error })).length).toBeLessThan(17_000)
    expect(JSON.stringify(says('batch_status', '', { status: 'failed', batch_id: 'a', error })).length).toBeLessThan(
      17_000,
    )
  })

  it('[SAFE-4.41] no text throws, and what is read is always a claim of the schema', { timeout: 60_000 }, () => {
    const types = fc.constantFrom(
      'start',
      'status',
      'batch_status',
      'batch_start',
      'batch_complete',
      'batch_error',
      'info',
      'error',
      'log',
    )
    const nearly = fc.record(
      {
        type: fc.oneof(types, fc.anything()),
        type_: types,
        message: fc.oneof(fc.string(), fc.anything()),
        timestamp: fc.oneof(fc.string(), fc.anything()),
        status: fc.oneof(fc.constantFrom('running', 'completed', 'failed'), fc.anything()),
        batch_id: fc.oneof(fc.constantFrom('__proto__', 'constructor', 'a b'), fc.anything()),
        batch_name: fc.anything(),
        branch: fc.anything(),
        error: fc.anything(),
        stream: fc.anything(),
      },
      { requiredKeys: [] },
    )
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json(),
      nearly.map(frame => JSON.stringify(frame, (_, value: unknown) => (typeof value === 'bigint' ? 0 : value))),
    )
    fc.assert(
      fc.property(text, frame => {
        const reading = readFrame(frame)
        if (reading.kind === 'message') saysSchema.parse(reading.says)
      }),
      { numRuns: 500 },
    )
  })

  it.each([
    ['brackets', '['.repeat(500_000)],
    ['objects', `{"type":"log","message":"x","more":${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}}`],
    ['a prototype', '{"__proto__":{"type":"status"},"message":"x"}'],
    ['a number without end', `{"type":"log","message":"x","more":${'9'.repeat(500_000)}}`],
  ])('[SAFE-4.41] nor does one of nothing but %s', (_, frame) => {
    const reading = readFrame(frame)
    if (reading.kind === 'message') expect(reading).toMatchObject({ text: 'x', says: { kind: 'line' } })
    else expect(reading.kind).toBe('unreadable')
  })
})
