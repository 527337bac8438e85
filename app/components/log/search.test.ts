import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LogLine } from '../../../lib/run/model'
import { matcherOf } from '../../../lib/run/text/text-matcher'
import { rowsOf } from './rows'
import { streams } from './streams'
import { highlight, matchesIn, parsedLine } from './search'

const ESC = '\u001b'
const all = new Set(streams)
const line = (seq: number, text = `line ${seq}`, stream: LogLine['stream'] = 'stdout'): LogLine => ({
  seq,
  at: null,
  source: 'backend',
  stream,
  text,
})

describe('search', () => {
  it('finds text whatever its case, also across colours, and nothing for an empty query', () => {
    const rows = rowsOf([line(1, `re${ESC}[31mPlay${ESC}[0m`), line(2, 'other')], 0, all)
    expect(matchesIn(rows, matcherOf('REPLAY'))).toEqual([0])
    expect(matchesIn(rows, matcherOf(''))).toEqual([])
  })

  it('[SAFE-4] takes every query literally', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), query => {
        expect(`before ${query} after`.search(matcherOf(query)!)).toBeGreaterThanOrEqual(0)
      }),
    )
    expect(matchesIn(rowsOf([line(1, 'aaa')], 0, all), matcherOf('.*'))).toEqual([])
  })

  it('marks exactly what matches and keeps every character', () => {
    const parsed = parsedLine(line(1, `a ${ESC}[32mre${ESC}[0mplay b replay`))
    const pieces = highlight(parsed, matcherOf('replay')!)
    expect(pieces.filter(piece => piece.match).map(piece => piece.text)).toEqual(['re', 'play', 'replay'])
    expect(pieces.map(piece => piece.text).join('')).toBe('a replay b replay')
    expect(pieces.find(piece => piece.text === 're')?.style).toBe('green')
  })

  it('keeps the text whatever is searched', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', `${ESC}[31m`, 'İ', '😀') })
    fc.assert(
      fc.property(text, fc.constantFrom('a', 'ab', 'b', 'İ', '😀a'), (content, query) => {
        const parsed = parsedLine(line(1, content))
        expect(
          highlight(parsed, matcherOf(query)!)
            .map(piece => piece.text)
            .join(''),
        ).toBe(parsed.plain)
      }),
    )
  })
})
