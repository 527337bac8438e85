import { describe, expect, it } from 'vitest'
import { someRun } from '../../../lib/testing/run/documents'
import { iconOf } from './page-icon'
import { iconStateOf } from './page-state'

const lent = (changes: Parameters<typeof someRun>[1], frozenAt: number | null = null) => ({
  run: { ...someRun('r', changes), epoch: 'e', version: 1, now: '2026-01-01T00:00:00.000Z', batches: [] },
  ...{ frozenAt, stale: false, past: null, picked: null, show: () => undefined, close: () => undefined },
})
const ghost = { kind: 'ghost' as const, text: '', at: null, batchId: 'a', containerId: null }

describe('the icon of a page', () => {
  it('[PAGE-8.5] has a mark of its own for each state that has one, in both themes', () => {
    const states = ['starting', 'running', 'completed', 'failed', 'aborted', 'needs-you', 'last-known'] as const
    const icons = states.map(iconOf)
    expect(new Set(icons).size).toBe(states.length)
    for (const icon of icons) {
      expect(icon).toMatch(/^data:image\/svg\+xml,/)
      expect(decodeURIComponent(icon ?? '')).toContain('prefers-color-scheme:dark')
    }
    expect(iconOf('idle')).toBeNull()
  })

  it('[PAGE-8.5] says what is most urgent: a lost link, a failure, what does not fit, how far the run is', () => {
    expect(iconStateOf(undefined)).toBe('idle')
    expect(iconStateOf(lent({}))).toBe('running')
    expect(iconStateOf(lent({ findings: [ghost] }))).toBe('needs-you')
    expect(iconStateOf(lent({ findings: [{ ...ghost, kind: 'late' }] }))).toBe('running')
    expect(iconStateOf(lent({ status: 'failed', findings: [ghost] }))).toBe('failed')
    expect(iconStateOf(lent({ status: 'completed' }))).toBe('completed')
    expect(iconStateOf(lent({ findings: [ghost] }, 1))).toBe('last-known')
  })
})
