import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { MessageClaim, Observation } from '../../run/observation'
import { failed, LINE, START } from '../../testing/run/told-run'
import { LogBudget } from '../logs/log-budget'
import { RunState, type StateHost } from './run-state'

const T0 = Date.parse('2026-01-15T14:00:00Z')

beforeEach(() => {
  vi.useFakeTimers({ now: T0, toFake: ['setTimeout', 'clearTimeout', 'Date'] })
})
afterEach(() => {
  vi.useRealTimers()
})

const changed = vi.fn()
const host = {
  origin: { backend: 'http://backend.test' },
  logs: new LogBudget(),
  links: () => ({
    backend: { link: 'live', since: T0 },
    docker: { link: 'off', since: T0, lists: [], imageMissing: false },
    undecided: [],
  }),
  pages: { changed, ...{ logChanged: vi.fn(), replaced: vi.fn(), mergedChanged: vi.fn(), mergedRenumbered: vi.fn() } },
  ...{ heard: vi.fn(), record: vi.fn(), updated: vi.fn() },
  failed: (_, error) => {
    throw error
  },
} satisfies StateHost

let index = 0
const message = (text: string, says: MessageClaim = LINE): Observation => ({
  ...{ kind: 'message', connection: 1, index: (index += 1), id: `m${index}`, at: Date.now(), live: true },
  ...{ time: { ms: Date.now(), ns: 0 }, says, stream: 'stdout', text },
})

function running(): RunState {
  const state = new RunState('r1', host, '001-todo')
  state.observe(message('Starting execution', START), true)
  return state
}
const wordOf = (state: RunState) => state.view().fields.lastWord

describe('the last word of a live run', () => {
  it('[FLEET-3.6] is the last line that has a text, of at most 300 characters', () => {
    const state = running()
    expect(wordOf(state)).toBe('Starting execution')
    vi.advanceTimersByTime(2_000)
    state.observe(message('  '), true)
    expect(wordOf(state)).toBe('Starting execution')
    vi.advanceTimersByTime(2_000)
    state.observe(message(` ${'x'.repeat(400)}`), true)
    expect(wordOf(state)).toBe(`${'x'.repeat(300)}…`)
  })

  it('[FLEET-3.6] of a burst is told within a second, with one notice to the pages', () => {
    const state = running()
    vi.advanceTimersByTime(2_000)
    changed.mockClear()
    const notices = () => changed.mock.calls.length
    for (let n = 0; n < 500; n += 1) state.observe(message(`line ${n}`), true)
    expect(wordOf(state)).toBe('line 0')
    vi.advanceTimersByTime(900)
    const before = notices()
    expect(before).toBeLessThan(4)
    vi.advanceTimersByTime(100)
    expect(wordOf(state)).toBe('line 499')
    expect(notices()).toBe(before + 1)
    vi.advanceTimersByTime(60_000)
    expect(notices()).toBe(before + 1)
  })

  it('[FLEET-3.6] is not told of a run that is over, and not after it is closed', () => {
    const state = running()
    state.observe(message('Execution failed: x', failed('x')), true)
    vi.advanceTimersByTime(10_000)
    expect(state.view().fields).toMatchObject({ status: 'failed' })
    expect(wordOf(state)).toBeUndefined()
    const other = running()
    other.observe(message('more'), true)
    other.close()
    changed.mockClear()
    vi.advanceTimersByTime(10_000)
    expect(changed).not.toHaveBeenCalled()
  })

  it('[FLEET-3.6] masks secrets, and is known again after a restart', () => {
    const state = running()
    vi.advanceTimersByTime(2_000)
    state.observe(message('password=hunter22'), true)
    expect(wordOf(state)).toBe('password=•••')
    const restored = new RunState('r1', host, '001-todo')
    for (const each of [message('Starting', START), message('a line'), message('')]) restored.restore(each, true)
    restored.update()
    expect(wordOf(restored)).toBe('a line')
  })
})
