import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bestOf, score } from './fuzzy'

const texts = (typed: string, ...names: string[]) =>
  bestOf(
    typed,
    names.map(text => ({ text })),
    10,
  ).map(({ text }) => text)

describe('the match of the palette', () => {
  it('[PAGE-9.2] finds what holds all letters in order, and nothing else', () => {
    expect(score('pmt', 'Payment Webhooks')).not.toBeNull()
    expect(score('tmp', 'Payment Webhooks')).toBeNull()
    expect(score('pay zzz', 'Payment Webhooks')).toBeNull()
    expect(score('web pay', 'Payment Webhooks')).not.toBeNull()
    expect(score('PAY', 'payment')).not.toBeNull()
  })

  it('[PAGE-9.2] puts a name that begins with the letters before one that holds them, and that before scattered ones', () => {
    expect(texts('mod', 'Email Order Data', 'User Models', 'Models')).toEqual([
      'Models',
      'User Models',
      'Email Order Data',
    ])
    expect(texts('db', 'End Of Batch', 'db', 'prod-db')).toEqual(['db', 'prod-db', 'End Of Batch'])
  })

  it('[PAGE-9.2] keeps the order of what fits equally, and of everything while nothing is typed', () => {
    expect(texts('', 'c', 'bb', 'aaa')).toEqual(['c', 'bb', 'aaa'])
    expect(texts('x', 'x1', 'x2', 'x3')).toEqual(['x1', 'x2', 'x3'])
    expect(bestOf('', [{ text: 'a' }, { text: 'b' }], 1)).toEqual([{ text: 'a' }])
  })

  it('[PAGE-9.2] finds every text by any of its letters in order', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme-ascii' }), fc.func(fc.boolean()), (text, keep) => {
        const typed = Array.from(text)
          .filter(letter => letter.trim() !== '' && keep(letter))
          .join('')
        expect(score(typed, text)).not.toBeNull()
      }),
    )
  })
})
