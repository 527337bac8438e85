import { describe, expect, it } from 'vitest'
import type { BatchTasks } from '../../../../lib/run/batch-tasks'
import { noTasksText, noTitlesText } from './tasks-words'

const told = (over: Partial<BatchTasks> = {}): BatchTasks => ({
  ...{ plan: 'read', titles: 'read', failure: null, readAt: null, model: null, tasks: [{ id: 'T1', title: null }] },
  ...{ more: 0, ...over },
})
const none = (over: Partial<BatchTasks>) => noTasksText({ ok: true, value: told({ tasks: [], ...over }) })

describe('where tasks can’t be shown', () => {
  it('[PAGE-20.2] one sentence says why, and nothing does where they are shown', () => {
    expect(noTasksText({ ok: true, value: told() })).toBeNull()
    expect(none({})).toBe('The plan gives it no task.')
    expect(none({ plan: 'other' })).toBe('The plan that the backend has now does not hold this batch.')
    expect(none({ plan: 'missing' })).toBe('The backend has no plan of this spec now.')
    expect(none({ plan: 'unreadable' })).toBe('The plan of this spec can’t be read now.')
    expect(none({ plan: 'unknown', failure: 'It is away.' })).toBe('Its tasks can’t be read. It is away.')
    expect(none({ plan: 'unknown', failure: '' })).toBe('The backend has not answered yet.')
    const refused = { ok: false, status: 0, error: 'No answer.', runId: null } as const
    expect(noTasksText(refused)).toBe('Its tasks can’t be read. No answer.')
  })

  it('[PAGE-20.2] one sentence says why there are ids alone', () => {
    expect(noTitlesText(told())).toBeNull()
    expect(noTitlesText(told({ titles: 'missing' }))).toBe('The backend has no titles of them.')
    expect(noTitlesText(told({ titles: 'unreadable' }))).toBe('Their titles can’t be read.')
    expect(noTitlesText(told({ titles: 'unknown', failure: 'Away.' }))).toBe('Their titles can’t be read. Away.')
    expect(noTitlesText(told({ titles: 'unknown', failure: '' }))).toBe('Their titles are not here yet.')
  })
})
