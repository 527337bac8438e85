import { describe, expect, it } from 'vitest'
import { etaText } from './eta-text'

describe('the sentence of the time left', () => {
  it('[PAGE-11.4] is one of its own, and rounds up to five seconds', () => {
    expect(etaText({ kind: 'about', ms: 61_000 }, 2)).toBe('About 1 min 5 s left.')
    expect(etaText({ kind: 'about', ms: 1 }, 2)).toBe('About 5 s left.')
  })

  it('[PAGE-11.3] has no number where a batch takes longer than usual', () => {
    expect(etaText({ kind: 'longer', batches: 1 }, 1)).toBe('It takes longer than usual.')
    expect(etaText({ kind: 'longer', batches: 1 }, 3)).toBe('One takes longer than usual.')
    expect(etaText({ kind: 'longer', batches: 2 }, 3)).toBe('2 take longer than usual.')
    expect(etaText(null, 3)).toBe('')
  })
})
