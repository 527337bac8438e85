import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { DockerError } from './docker-error'
import { EngineLink } from './engine-link'

const START = Date.parse('2026-11-23T03:00:00Z')
const cut = new DockerError('unreachable', 'It was cut.')
const refused = new DockerError('unreachable', 'Nobody listens.', true)
const silent = new DockerError('timeout', 'No answer.')

beforeEach(() => void vi.useFakeTimers({ now: START }))
afterEach(() => void vi.useRealTimers())

function linkTo() {
  const told = { changes: [] as [string, number, string | null][], answers: 0, failures: [] as unknown[] }
  const daemon: { answer: () => Promise<void> } = { answer: async () => {} }
  const link = new EngineLink(() => daemon.answer(), {
    changed: () => told.changes.push([link.state.link, link.state.since - START, link.error]),
    answers: () => (told.answers += 1),
    failed: error => told.failures.push(error),
  })
  link.start()
  const answers = () => void (daemon.answer = async () => {})
  const fails = (error: Error) => void (daemon.answer = async () => Promise.reject(error))
  return { link, told, answers, fails, pass: (ms: number) => vi.advanceTimersByTimeAsync(ms) }
}

describe('[DOCK-3] the link to the Engine', () => {
  it('[DOCK-3.56] is not live before the first complete list, however well pings are answered', async () => {
    const { link, told, pass } = linkTo()
    await pass(1_000)
    expect(link.state.link).toBe('stale')
    link.caughtUp()
    expect(told.changes).toEqual([['live', 1_000, null]])
  })

  it('[DOCK-3.52] [DOCK-3.53] [DOCK-3.54] [DOCK-3.58] outlives a gap of less than 2 s, and says since when a longer one lasts', async () => {
    const { link, told, pass } = linkTo()
    link.caughtUp()
    link.lost(cut)
    await pass(1_900)
    link.caughtUp()
    await pass(10_000)
    expect(told.changes).toEqual([['live', 0, null]])
    link.lost(cut)
    await pass(29_000)
    expect(told.changes.slice(1)).toEqual([['stale', 13_900, 'It was cut.']])
    await pass(2_000)
    expect(told.changes.slice(2)).toEqual([['down', 13_900, 'It was cut.']])
    link.caughtUp()
    expect(told.changes.slice(3)).toEqual([['live', 42_900, null]])
  })

  it('[DOCK-3.51] [DOCK-3.53] is stale 10 s after the last answer', async () => {
    const { link, told, fails, pass } = linkTo()
    link.caughtUp()
    await pass(2_999)
    fails(silent)
    await pass(7_000)
    expect(link.state.link).toBe('live')
    await pass(1)
    expect(told.changes).toEqual([
      ['live', 0, null],
      ['stale', 10_000, 'No answer.'],
    ])
  })

  it('[DOCK-1.17] [DOCK-3.54] is down at once where the Engine refuses, and tells when it answers again', async () => {
    const { link, told, answers, fails, pass } = linkTo()
    link.caughtUp()
    fails(refused)
    await pass(3_000)
    expect(told.changes.slice(1)).toEqual([['down', 3_000, 'Nobody listens.']])
    link.lost(refused)
    expect(told.answers).toBe(0)
    answers()
    await pass(3_000)
    expect([told.answers, link.state.link, link.error]).toEqual([1, 'stale', 'Nobody listens.'])
    link.caughtUp()
    expect([link.state.link, link.state.since - START, link.error]).toEqual(['live', 6_000, null])
    await pass(60_000)
    expect(told.answers).toBe(1)
  })

  it('goes on pinging after an error of its own, and stops when closed', async () => {
    const { link, told, answers, fails, pass } = linkTo()
    const error = new Error('ours')
    fails(error)
    await pass(3_000)
    expect(told.failures).toEqual([error])
    answers()
    link.caughtUp()
    await pass(3_000)
    expect(link.state.link).toBe('live')
    link.close()
    await pass(100_000)
    expect(link.state.link).toBe('live')
    expect(vi.getTimerCount()).toBe(0)
  })
})
