import { describe, expect, it } from 'vitest'
import type { Finding } from '../lib/run/model'
import { agreeing, containerText, dockerCommand, loudestFirst } from './evidence'

const id = '9e41c07ab2d5'.padEnd(64, '0')
const seen = { id, state: 'exited' as const, removed: false, exitCode: 0, oomKilled: false, timedOut: false }

describe('what Docker shows, in words', () => {
  it('is the state of what exists', () => {
    expect(containerText({ ...seen, state: 'running', exitCode: null })).toBe('running')
    expect(containerText({ ...seen, state: 'paused', exitCode: null })).toBe('paused')
    expect(containerText({ ...seen, state: 'created', exitCode: null })).toBe('created, not started')
  })

  it('is how it ended, and why where that is known', () => {
    expect(containerText(seen)).toBe('exited 0')
    expect(containerText({ ...seen, exitCode: 137 })).toBe('exited 137, killed')
    expect(containerText({ ...seen, exitCode: 137, oomKilled: true })).toBe('exited 137, out of memory')
    expect(containerText({ ...seen, exitCode: 137, timedOut: true })).toBe('exited 137, killed after 15 minutes')
  })

  it('[DOCK-5] outlives the container, and says where nobody saw the end', () => {
    expect(containerText({ ...seen, removed: true, exitCode: 1 })).toBe('exited 1')
    expect(containerText({ ...seen, removed: true, state: 'running', exitCode: null })).toMatch(/^removed, unseen/)
    expect(containerText({ ...seen, state: 'dead', exitCode: null })).toBe('ended, unseen how')
  })

  it('comes with the command that shows more, while there is anything to ask about', () => {
    expect(dockerCommand({ ...seen, state: 'running' })).toBe('docker logs -f 9e41c07ab2d5')
    expect(dockerCommand(seen)).toBe('docker inspect 9e41c07ab2d5')
    expect(dockerCommand({ ...seen, removed: true })).toBeNull()
  })
})

describe('findings', () => {
  it('stand with what needs somebody first, then the newest', () => {
    const of = (kind: string, text: string): Finding => ({ kind, text, at: null, batchId: null, containerId: null })
    const findings = [of('late', 'a'), of('ghost', 'b'), of('unproven-failure', 'c'), of('orphan', 'd')]
    expect(loudestFirst(findings).map(({ text }) => text)).toEqual(['d', 'b', 'c', 'a'])
  })
})

it('[DOCK-2] counts as agreeing what agrees and what legally has no container', () => {
  const verdicts = ['agrees', 'local', 'unknown', 'ghost', 'late'] as const
  expect(agreeing(verdicts.map(verdict => ({ verdict })))).toBe(2)
})
