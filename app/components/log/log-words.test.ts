import { describe, expect, it } from 'vitest'
import { coverText, gapText, lostText, matchText } from './log-words'

describe('[LOG-2.4] lines that are no longer kept', () => {
  it.each([
    [1, 19_019, 'The first 19,019 lines are no longer kept.'],
    [1, 1, 'The first line is no longer kept.'],
    [7, 7, 'Line 7 is no longer kept.'],
    [7, 1_007, 'Lines 7 to 1,007 are no longer kept.'],
  ])('from %i to %i', (from, to, text) => {
    expect(lostText(from, to)).toBe(text)
  })
})

describe('[LOG-2.1] lines that are not loaded', () => {
  it('are being read, or were not', () => {
    expect(gapText(1, 1_000)).toBe('Lines 1 to 1,000 are being read…')
    expect(gapText(3, 3)).toBe('Line 3 is being read…')
    expect(gapText(1, 1_000, 'failed')).toBe('Lines 1 to 1,000 were not read.')
    expect(gapText(3, 3, 'failed')).toBe('Line 3 was not read.')
  })
})

describe('[LOG-2.5] what a search has covered', () => {
  it('is the whole log, or the lines that are kept', () => {
    expect(coverText({ from: 1, to: 20_019 })).toBe('in all 20,019 lines')
    expect(coverText({ from: 1, to: 1 })).toBe('in all 1 line')
    expect(coverText({ from: 1_001, to: 20_019 })).toBe('in lines 1,001 to 20,019')
    expect(coverText({ from: 1, to: 0 })).toBe('in no line')
    expect(matchText(3, 17)).toBe('3/17')
  })
})
