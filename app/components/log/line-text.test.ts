import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LogLine } from '../../../lib/run/model'
import { textMatcher } from '../../../lib/run/text/text-matcher'
import { plainLine } from '../../../lib/run/text/log-text'
import { earlierStates, heightOf, MOST_BREAKS, parsedLine, piecesOf } from './line-text'

const ESC = '\u001b'
const line = (text: string): LogLine => ({
  ...{ seq: 1, at: null, source: 'backend', stream: 'stdout' as const },
  text,
})
const pieces = (text: string, query = '', isWhole = false) =>
  piecesOf(parsedLine(line(text)), textMatcher(query), isWhole)
const textOf = (all: { text: string }[]) => all.map(({ text }) => text).join('')

describe('the pieces of a line', () => {
  it('mark exactly what matches and keep every character', () => {
    const all = pieces(`a ${ESC}[32mre${ESC}[0mplay b replay`, 'REPLAY')
    expect(all.filter(piece => piece.match).map(piece => piece.text)).toEqual(['re', 'play', 'replay'])
    expect(textOf(all)).toBe('a replay b replay')
    expect(all.find(piece => piece.text === 're')?.style).toBe('green')
  })

  it('[LOG-2.7] hold the text that a download holds, with its line breaks as such, whatever is searched', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', 'b', `${ESC}[31m`, 'İ', '😀', '\n', 'x\r', 'https://a.b/c', ' ', '\u202e', '\t'),
    })
    fc.assert(
      fc.property(text, fc.constantFrom('', 'a', 'ab', 'b', 'İ', '😀a', 'http'), (content, query) => {
        const whole = textOf(pieces(content, query, true))
        const told = plainLine(content.replaceAll('\r\n', '\n').replace(/\n$/, ''))
        expect(whole.replaceAll('\n', '␊')).toBe(told)
        expect(whole).not.toMatch(/[^\P{Cc}\t\n]/u)
      }),
    )
  })
})

describe('[LOG-2.7] a message of several lines', () => {
  it('has as many visual lines', () => {
    expect(heightOf(line('one'))).toBe(1)
    expect(heightOf(line('one\r\ntwo\nthree\n'))).toBe(3)
    expect(textOf(pieces('one\r\ntwo\n'))).toBe('one\ntwo')
  })

  it('[SAFE-5] has at most 200 of them', () => {
    const endless = 'x\n'.repeat(5_000)
    const text = textOf(pieces(endless))
    expect(text.split('\n')).toHaveLength(MOST_BREAKS)
    expect(heightOf(line(endless))).toBe(MOST_BREAKS)
    expect(text).toContain('␊')
  })

  it('is as high as it is shown, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '\n', '\r\n', `${ESC}[1m`) }), text => {
        const height = heightOf(line(text))
        expect(height).toBe(textOf(pieces(text)).split('\n').length)
      }),
    )
  })
})

describe('[LOG-2.7] a progress bar', () => {
  it('shows its last state, and all of them on demand', () => {
    const text = '10 %\r50 %\r100 %\r\nnext\rlast\r'
    expect(textOf(pieces(text))).toBe('100 %\nlast')
    expect(textOf(pieces(text, '', true))).toBe('10 %␍50 %␍100 %\nnext␍last')
    expect(earlierStates('nothing\r')).toEqual([])
    expect(earlierStates('plain')).toEqual([])
  })

  it('keeps the colour of its last state', () => {
    expect(pieces(`${ESC}[31m1 %\r2 %`)).toMatchObject([{ text: '2 %', style: 'red' }])
  })
})

describe('[LOG-2.7] links in a line', () => {
  const links = (text: string) => pieces(text).flatMap(({ link, text }) => (link ? [[text, link.href]] : []))
  it.each([
    ['see https://a.b/c?d=e#f.', ['https://a.b/c?d=e#f']],
    ['(http://a.b/c_(d))', ['http://a.b/c_(d)']],
    ['"https://a.b", https://c.d', ['https://a.b', 'https://c.d']],
    ['javascript:alert(1)//https:', []],
    ['data:text/html,x ftp://a.b file:///etc/passwd', []],
    ['https://', []],
    ['https://\u202ea.b', []],
    ['<a href="https://a.b">', ['https://a.b']],
  ])('%s', (text, found) => {
    expect(links(text)).toEqual(found.map(address => [address, address]))
  })

  it('are one link also across colours and matches', () => {
    const parts = pieces(`${ESC}[34mhttps://a${ESC}[0m.b/c`, 'b/c')
    expect(new Set(parts.map(({ link }) => link)).size).toBe(1)
    expect(textOf(parts)).toBe('https://a.b/c')
  })

  it('[SAFE-5] are bounded', () => {
    expect(links('https://a.b '.repeat(1_000))).toHaveLength(50)
  })
})
