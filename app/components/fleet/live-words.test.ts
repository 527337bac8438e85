import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expectedEnd } from '../../../lib/run/expected-end'
import type { Batch } from '../../../lib/run/model'
import { someBatch, someRun } from '../../../lib/testing/run/documents'
import { etaText } from '../run/eta/eta-text'
import { timeLeft } from '../run/eta/time-left'
import { endText, wordText } from './live-words'

const T0 = Date.parse('2026-01-15T14:00:00.000Z')
const iso = (ms: number) => new Date(ms).toISOString()

describe('the expected end of a live run', () => {
  const end = { runId: 'r', endsAt: iso(T0 + 120_000), longerAt: iso(T0 + 60_000) }

  it('[FLEET-3.5] falls as time passes, and is no number once a batch takes longer than usual', () => {
    expect(endText(end, T0)).toBe('About 2 min 0 s left.')
    expect(endText(end, T0 + 30_000)).toBe('About 1 min 30 s left.')
    expect(endText(end, T0 + 60_000)).toBe('Longer than usual.')
    expect(endText(end, T0 + 600_000)).toBe('Longer than usual.')
  })

  it('[FLEET-3.5] is nothing where it is not known', () => {
    const unknown = { ...end, unknownAt: iso(T0 + 10_000) }
    expect(endText(unknown, T0 + 10_000)).toBe('About 1 min 50 s left.')
    expect(endText(unknown, T0 + 11_000)).toBe('')
    expect(endText(unknown, T0 + 61_000)).toBe('Longer than usual.')
  })

  const ids = ['a', 'b', 'c', 'd']
  const times = new Map(ids.map((id, n) => [id, (n + 1) * 60_000]))
  const needs = fc.array(fc.subarray([...ids, 'nobody']), { minLength: 4, maxLength: 4 })
  /** How long each batch has been at work, ms; null: it waits. */
  const works = fc.array(fc.option(fc.integer({ min: 0, max: 5 * 60_000 })), { minLength: 4, maxLength: 4 })

  it('[FLEET-3.5] says at any later moment what the page of the run says', () => {
    fc.assert(
      fc.property(needs, works, fc.integer({ min: 0, max: 10 * 60_000 }), (all, work, passed) => {
        const batches = ids.map((id, n): Batch => {
          const ms = work[n] ?? null
          const begun = ms === null ? {} : { status: 'running' as const, startedAt: iso(T0 - ms) }
          return someBatch(id, 'pending', { dependsOn: all[n] ?? [], ...begun })
        })
        const left = timeLeft({ batches, clockOffset: 0 }, times, T0 + passed)
        const end = expectedEnd(someRun('r'), batches, times)
        const onFleet = end === null ? '' : endText(end, T0 + passed)
        if (left?.kind === 'longer') expect(['Longer than usual.', '']).toContain(onFleet)
        else expect(onFleet).toBe(etaText(left, 1))
      }),
    )
  })
})

describe('the last word of a run', () => {
  it('[FLEET-3.6] is one line without colours, of a progress bar the last state', () => {
    expect(wordText('\u001b[31mfailed\u001b[0m twice')).toBe('failed twice')
    expect(wordText('10 %\r50 %\r100 %\r')).toBe('100 %')
    expect(wordText('Execution failed: a\n\nCaused by:\n    b')).toBe('Execution failed: a Caused by: b')
    expect(wordText('\t  ')).toBe('')
  })
})
