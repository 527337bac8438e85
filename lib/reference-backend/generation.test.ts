import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { frame as wire } from '../backend/wire'
import { encode, exitReason, words, type Generation, type Happening, type Message } from './generation'
import { recordedFrames } from '../testing/backend/reference-backend'

const batch = { id: 'setup', name: 'Project Setup' }
const branch = 'worktree/main/ckrv-batch-setup-1a2b3c'

const told = (generation: Generation, happening: Happening) =>
  words(generation, happening).map(message => wire.parse(JSON.parse(encode(generation, message, 0n))))

const types = (generation: Generation, happening: Happening) =>
  told(generation, happening).map(({ type, status }) => (status === null ? type : `${type ?? ''} ${status}`))

/** A recorded time in nanoseconds since 1970. */
function nanoseconds(time: string): bigint {
  const [, seconds = '', fraction = ''] = /^(.{19})(?:\.(\d+))?\+00:00$/.exec(time) ?? []
  return BigInt(Date.parse(`${seconds}Z`)) * 1_000_000n + BigInt(fraction.padEnd(9, '0'))
}

const raw = z.record(z.string(), z.string().nullable())

describe('encode', () => {
  it.each([
    ['B', 'newest/success/ws-live', 'type'],
    ['B', 'newest/dry-run/ws-live', 'type'],
    ['A', 'oldest/success/ws-live', 'type_'],
  ] as const)('writes %s byte by byte as recorded in %s', (generation, recording, key) => {
    const frames = recordedFrames(recording)
    expect(frames.length).toBeGreaterThan(50)
    for (const text of frames) {
      const { [key]: type, timestamp, ...rest } = raw.parse(JSON.parse(text))
      const message: Message = {
        type: type ?? '',
        ...Object.fromEntries(Object.entries(rest).filter(([, v]) => v !== null)),
      }
      expect(encode(generation, message, nanoseconds(timestamp ?? ''))).toBe(text)
    }
  })

  it('writes C with whole seconds and only what is set', () => {
    const [status] = words('C', { kind: 'started', spec: '001-todo' })
    expect(encode('C', status!, 1_767_715_200_999_999_999n)).toBe(
      '{"type":"status","status":"running","timestamp":"2026-01-06T16:00:00Z"}',
    )
  })
})

describe('words', () => {
  it.each<[Happening, string[], string[], string[]]>([
    [{ kind: 'started', spec: 's' }, ['start'], ['start', 'status running'], ['status running', 'start']],
    [
      { kind: 'batch-running', batch },
      ['batch_start'],
      ['batch_start', 'batch_status running'],
      ['batch_status running', 'batch_start'],
    ],
    [
      { kind: 'batch-completed', batch, branch },
      ['batch_complete'],
      ['batch_complete', 'batch_status completed'],
      ['batch_status completed', 'batch_complete'],
    ],
    [{ kind: 'line', stream: 'stderr', text: 'x' }, ['error'], ['error'], ['log']],
    [
      { kind: 'batch-failed', batch, reason: 'boom' },
      ['batch_error'],
      ['batch_error'],
      ['batch_status failed', 'batch_error'],
    ],
    [{ kind: 'failed', reason: 'x', abrupt: false }, ['error'], ['status failed', 'error'], ['status failed', 'error']],
    [{ kind: 'failed', reason: 'x', abrupt: true }, ['error'], ['error'], ['status failed', 'error']],
    [
      { kind: 'merge-failed', batch, reason: 'x' },
      ['error'],
      ['error'],
      ['batch_status failed', 'status failed', 'error'],
    ],
    [
      { kind: 'completed', historyId: 'run-1' },
      ['success'],
      ['status completed', 'info', 'success'],
      ['status completed', 'info', 'success'],
    ],
    [{ kind: 'aborted' }, ['error'], ['error'], ['status aborted']],
  ])('tells %j in the order of each generation', (happening, a, b, c) => {
    expect(types('A', happening)).toEqual(a)
    expect(types('B', happening)).toEqual(b)
    expect(types('C', happening)).toEqual(c)
  })

  it('completes a batch under its id in B, under its name in C', () => {
    const names = (generation: Generation) =>
      told(generation, { kind: 'batch-completed', batch, branch }).flatMap(({ batch_name }) => batch_name ?? [])
    expect(names('B')).toEqual(['setup'])
    expect(names('C')).toEqual(['Project Setup'])
  })

  it('keeps the causes of a failure out of everything but "Execution failed"', () => {
    const reason = 'Failed to create worktree\n\nCaused by:\n    directory exists'
    expect(told('B', { kind: 'batch-failed', batch, reason })[0]?.message).toBe(
      'Batch failed: Failed to create worktree',
    )
    expect(told('B', { kind: 'failed', reason, abrupt: false }).at(-1)?.message).toBe(`Execution failed: ${reason}`)
    expect(told('C', { kind: 'batch-failed', batch, reason })[0]?.error).toBe('Failed to create worktree')
  })

  it('hides the exit code only in B', () => {
    expect(exitReason('A', 3)).toBe('Task failed with exit code Some(3)')
    expect(exitReason('B', 3)).toBe('Claude Code execution failed with exit code -1')
  })
})
