import { describe, expect, it } from 'vitest'
import { container, type BatchStatus, type Finding, type FindingKind, type Verdict } from '../lib/run/model'
import { containerState } from '../lib/run/evidence/container-state'
import { filled } from '../lib/testing/support/filled-schema'
import {
  containerText,
  dockerCommand,
  dockerStatus,
  hasNoEvidence,
  hasVerdict,
  loudestFirst,
  statusNote,
  tallyOf,
} from './evidence'

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

  const live = { ...seen, exitCode: null }
  const restarted = { count: 5, exitCode: 3 }

  it.each([
    ['created', live, 'created, not started', 'Created', null],
    [
      'created',
      { ...live, startFailed: true, exitCode: 127 },
      'could not be started, exit 127, command not found',
      'Created',
      'could not be started, exit 127, command not found',
    ],
    ['running', live, 'running', 'Up', null],
    ['running', { ...live, health: 'starting' as const }, 'running', 'Up (health: starting)', null],
    ['running', { ...live, health: 'healthy' as const }, 'running', 'Up (healthy)', null],
    ['running', { ...live, health: 'unhealthy' as const }, 'running, unhealthy', 'Up (unhealthy)', null],
    ['running', { ...live, restarted }, 'running, restarted 5 times', 'Up', 'restarted 5 times'],
    [
      'running',
      { ...live, oomKilled: true },
      'running, a process in it ran out of memory',
      'Up',
      'a process in it ran out of memory',
    ],
    ['paused', live, 'paused', 'Up (Paused)', null],
    ['restarting', { ...live, restarted }, 'restarting (3)', 'Restarting (3)', 'restarted 5 times'],
    ['restarting', live, 'restarting', 'Restarting', null],
    ['removing', seen, 'exited 0', 'Removal In Progress', 'exited 0'],
    ['exited', seen, 'exited 0', 'Exited (0)', null],
    ['exited', { ...seen, exitCode: 1 }, 'exited 1', 'Exited (1)', null],
    ['exited', { ...seen, exitCode: 125 }, 'exited 125', 'Exited (125)', null],
    [
      'exited',
      { ...seen, exitCode: 126 },
      'exited 126, command not executable',
      'Exited (126)',
      'command not executable',
    ],
    ['exited', { ...seen, exitCode: 127 }, 'exited 127, command not found', 'Exited (127)', 'command not found'],
    ['exited', { ...seen, exitCode: 137 }, 'exited 137, killed', 'Exited (137)', 'killed'],
    ['exited', { ...seen, exitCode: 139 }, 'exited 139, segmentation fault', 'Exited (139)', 'segmentation fault'],
    ['exited', { ...seen, exitCode: 143 }, 'exited 143, terminated', 'Exited (143)', 'terminated'],
    [
      'exited',
      { ...seen, exitCode: 137, oomKilled: true },
      'exited 137, out of memory',
      'Exited (137)',
      'out of memory',
    ],
    ['exited', live, 'ended, unseen how', 'Exited', 'ended, unseen how'],
    ['dead', { ...seen, exitCode: 1 }, 'exited 1', 'Dead', 'exited 1'],
    ['running', { ...live, stateWord: 'hibernating' }, 'in a state named “hibernating”', 'hibernating', null],
  ] as const)('[DOCK-9.11] of one that is %s (%o): %s; as docker ps has it, %s, and %s', (...row) => {
    const [state, of, text, status, note] = row
    expect(containerText({ ...of, state })).toBe(text)
    expect(dockerStatus({ ...of, state })).toBe(status)
    expect(statusNote({ ...of, state })).toBe(note)
  })

  it('[DOCK-9.11] has words for every state', () => {
    for (const state of containerState.options) {
      for (const of of [seen, live]) expect(dockerStatus({ ...of, state })).toMatch(/^[A-Z][\w() :]+$/)
    }
  })

  it('comes with the command that shows more, while there is anything to ask about', () => {
    expect(dockerCommand({ ...seen, state: 'running' })).toBe('docker logs -f 9e41c07ab2d5')
    expect(dockerCommand(seen)).toBe('docker inspect 9e41c07ab2d5')
    expect(dockerCommand({ ...seen, removed: true })).toBeNull()
  })
})

describe('findings', () => {
  it('stand with what needs somebody first, then the newest', () => {
    const of = (kind: FindingKind, text: string): Finding => ({
      kind,
      text,
      at: null,
      batchId: null,
      containerId: null,
    })
    const findings = [of('late', 'a'), of('ghost', 'b'), of('unproven-failure', 'c'), of('orphan', 'd')]
    expect(loudestFirst(findings).map(({ text }) => text)).toEqual(['d', 'b', 'c', 'a'])
  })
})

describe('how claims and evidence fit', () => {
  const one = filled(container, () => 'c')
  const without = (status: BatchStatus, verdict: Verdict, over: object = {}) => ({
    status,
    verdict,
    container: null,
    ...over,
  })
  const withOne = (status: BatchStatus, verdict: Verdict) => ({ status, verdict, container: one })

  it('[DOCK-2] [PAGE-13.1] is counted of what has evidence, or should have', () => {
    const batches = [
      ...[withOne('completed', 'agrees'), withOne('completed', 'conflict'), withOne('running', 'late')],
      ...[without('running', 'ghost'), without('completed', 'unknown'), without('failed', 'agrees')],
    ]
    expect(tallyOf(batches)).toEqual({ agree: 1, differ: 3, unseen: 2 })
  })

  it('[PAGE-13.1] is not counted where there was nothing to see', () => {
    const batches = [
      ...[without('pending', 'agrees'), without('running', 'agrees'), without('completed', 'local')],
      ...[without('completed', 'unknown', { before: true }), withOne('running', 'unknown')],
    ]
    expect(tallyOf(batches)).toEqual({ agree: 0, differ: 0, unseen: 0 })
  })

  it('[PAGE-13.2] is a verdict of a row only where there was something to see, or somebody waits to know', () => {
    for (const batch of [withOne('completed', 'agrees'), without('running', 'ghost'), without('running', 'unknown')])
      expect(hasVerdict(batch)).toBe(true)
    for (const batch of [without('pending', 'agrees'), without('completed', 'unknown'), without('aborted', 'agrees')])
      expect(hasVerdict(batch)).toBe(false)
  })

  it('[PAGE-13.3] has no columns where nothing was seen, and nothing is awaited', () => {
    const nothing = [without('completed', 'unknown'), without('pending', 'agrees')]
    expect(hasNoEvidence(nothing, true)).toBe(true)
    expect(hasNoEvidence(nothing, false)).toBe(false)
    expect(hasNoEvidence([...nothing, withOne('failed', 'agrees')], true)).toBe(false)
    expect(hasNoEvidence([...nothing, without('aborted', 'ghost')], true)).toBe(false)
    expect(hasNoEvidence([without('running', 'local'), without('pending', 'local')], false)).toBe(true)
  })
})
