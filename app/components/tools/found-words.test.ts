import { describe, expect, it } from 'vitest'
import { foundWords } from './found-words'
import { soughtIn, wholeLogOf } from './use-found-lines'
import { MERGED } from '../../log-id'

const found = { seqs: [], count: 1_234, from: 1, to: 20_019 }

describe('what was searched for the palette', () => {
  it('[PAGE-9.5] is called whole only if every line was looked at', () => {
    expect(foundWords(found, 5)).toEqual(['1,234 lines have it in the whole log of', '; the first 5 are listed.'])
    expect(foundWords({ ...found, count: 1 }, 1)).toEqual(['1 line has it in the whole log of', '.'])
    expect(foundWords({ ...found, count: 0 }, 0)).toEqual(['No line has it in the whole log of', '.'])
    expect(foundWords({ ...found, count: 3, from: 20 }, 3)).toEqual([
      '3 lines have it in the log of',
      ', searched in lines 20 to 20,019.',
    ])
    expect(foundWords({ ...found, count: 3, stopped: true }, 3)[1]).toContain('then stopped')
    expect(foundWords({ ...found, count: 3, partly: 2 }, 3)[0]).not.toContain('whole')
    expect(foundWords({ ...found, count: 0, from: 1, to: 0 }, 0)).toEqual([
      'No line has it in the log of',
      ', searched in no line.',
    ])
  })

  it('[PAGE-9.5] is nothing below three characters, and nothing that the server would refuse', () => {
    expect(soughtIn(' ab ')).toBe(null)
    expect(soughtIn('abc ')).toBe('abc')
    expect(soughtIn('x'.repeat(256))).toBe('x'.repeat(256))
    expect(soughtIn('x'.repeat(257))).toBe(null)
  })

  it('[PAGE-9.5] is the merged log once a container is known, else that of the backend', () => {
    expect(wholeLogOf({ batches: [] })).toBe(null)
    expect(MERGED).not.toBe(null)
  })
})
