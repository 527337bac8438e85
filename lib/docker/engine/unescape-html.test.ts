import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { unescapeHtml } from './unescape-html'

const escapes: ((char: string) => string)[] = [
  char => `&#${char.codePointAt(0)!};`,
  char => `&#x${char.codePointAt(0)!.toString(16)};`,
  char => `&#x${char.codePointAt(0)!.toString(16).toUpperCase()};`,
]

describe('[DOCK-4.53] a text escaped for HTML', () => {
  it('comes back, however its characters are escaped', () => {
    const piece = fc.tuple(
      fc.integer({ min: 0, max: 0x10ffff }).map(code => String.fromCodePoint(code)),
      fc.constantFrom(...escapes),
    )
    fc.assert(
      fc.property(fc.array(piece), pieces => {
        const escaped = pieces.map(([char, escape]) => escape(char)).join('')
        expect(unescapeHtml(escaped)).toBe(pieces.map(([char]) => char).join(''))
      }),
    )
  })

  it('is undone once', () => {
    fc.assert(
      fc.property(fc.string(), text => {
        const escaped = text.replaceAll('&', '&amp;').replaceAll("'", '&#x27;').replaceAll('=', '&#x3D;')
        expect(unescapeHtml(escaped)).toBe(text)
      }),
    )
  })
})
