import { describe, expect, it } from 'vitest'
import { exitReason } from './exit-reason'

const of = (exitCode: number | null, over: object = {}) =>
  exitReason({ exitCode, oomKilled: false, timedOut: false, startFailed: false, ...over })

describe('[PAGE-12.7] why a container ended', () => {
  it.each([
    [0, 'exit code 0'],
    [1, 'exit code 1'],
    [125, 'exit code 125: the container could not be run'],
    [126, 'exit code 126: its command can’t be executed'],
    [127, 'exit code 127: its command was not found'],
    [130, 'exit code 130: ended by signal 2, SIGINT, interrupted'],
    [137, 'exit code 137: ended by signal 9, SIGKILL, usually a kill or out of memory'],
    [139, 'exit code 139: ended by signal 11, SIGSEGV, a segmentation fault'],
    [143, 'exit code 143: ended by signal 15, SIGTERM, it was asked to stop'],
    // No name is known for it.
    [144, 'exit code 144: ended by signal 16'],
    // No signal has that number.
    [255, 'exit code 255'],
    [-1, 'exit code -1'],
  ])('%i', (code, words) => {
    expect(of(code)).toBe(words)
  })

  it('is what Docker says rather than what the code usually means', () => {
    expect(of(137, { oomKilled: true })).toBe('exit code 137: out of memory, says Docker')
    expect(of(0, { oomKilled: true })).toContain('it ended well')
    expect(of(137, { timedOut: true })).toContain('15 minutes')
    expect(of(127, { startFailed: true })).toBe('could not be started, exit code 127: its command was not found')
  })

  it('is not made up where no exit code is known', () => {
    expect(of(null)).toBeNull()
    expect(of(null, { startFailed: true })).toBe('could not be started')
  })
})
