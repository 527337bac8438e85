import { describe, expect, it } from 'vitest'
import { someBatch } from '../../../../lib/testing/run/documents'
import type { Bar } from './bars'
import { barWords } from './words'

const bar = (kind: Bar['kind'], from: number, to: number | null): Bar => ({
  kind,
  from: from * 1_000,
  to: to === null ? null : to * 1_000,
})

describe('the words of the bars', () => {
  it('[PAGE-5.7] tell the phases of a batch that is over', () => {
    const bars = [
      bar('waiting', 0, 254),
      bar('starting', 254, 260),
      bar('running', 260, 592),
      bar('merging', 592, 602),
      bar('evidence', 260, 592),
    ]
    expect(barWords(bars, someBatch('a', 'completed'), false)).toBe(
      'waited 4 min 14 s, container start 6 s, ran 5 min 32 s, merged in 10 s, its container ran 5 min 32 s',
    )
    expect(barWords(bars.slice(2, 4), someBatch('a', 'failed'), true)).toBe(
      'ran 5 min 32 s, failed 10 s after its container ended',
    )
  })

  it('[PAGE-5.7] tell since when what is open goes on, so that no second changes them', () => {
    const at = someBatch('a', 'running')
    expect(barWords([bar('running', 300, null), bar('evidence', 301, null)], at, false)).toBe(
      'running since 5:00, its container is at work since 5:01',
    )
    expect(barWords([bar('merging', 61.9, null)], at, false)).toBe('merging since 1:01')
    expect(barWords([bar('merging', 61, null)], { ...at, verdict: 'late' }, false)).toBe(
      'no word since 1:01, when its container ended',
    )
    expect(barWords([bar('waiting', 0, null)], someBatch('a'), false)).toBe('ready since 0:00')
    expect(barWords([bar('starting', 7, null)], at, false)).toBe('container starting since 0:07')
    expect(barWords([bar('evidence', 1, 2), bar('evidence', 3, null)], someBatch('a', 'completed'), true)).toBe(
      'times not known, 2 containers, 1 at work',
    )
  })

  it('[PAGE-5.7] say what there is no bar for, and what is uncertain', () => {
    expect(barWords([], someBatch('a'), false)).toBe('waiting')
    expect(barWords([], someBatch('a'), true)).toBe('never started')
    expect(barWords([], someBatch('a', 'completed'), true)).toBe('times not known')
    expect(barWords([bar('running', 0, 5)], someBatch('a', 'completed', { durationUncertain: true }), true)).toBe(
      'ran 5 s, the duration is uncertain',
    )
  })
})
