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
  it('[PAGE-9.2] finds what holds all letters in order, from the beginnings of words, and nothing else', () => {
    expect(score('pmt', 'Payment Webhooks')).not.toBeNull()
    expect(score('tmp', 'Payment Webhooks')).toBeNull()
    expect(score('pay zzz', 'Payment Webhooks')).toBeNull()
    expect(score('web pay', 'Payment Webhooks')).not.toBeNull()
    expect(score('PAY', 'payment')).not.toBeNull()
    expect(score('ment', 'Payment Webhooks')).not.toBeNull()
    expect(score('mnt', 'Payment Webhooks')).toBeNull()
    // Only the later t begins a word, and has an e after it.
    expect(score('stes', 'settle the east')).not.toBeNull()
  })

  it('[PAGE-9.2] does not find letters that are only scattered somewhere', () => {
    expect(texts('email', '020-monorepo-codemod Email run', '020-monorepo-codemod failed', '004-email-digest')).toEqual(
      ['004-email-digest', '020-monorepo-codemod Email run'],
    )
    expect(score('email', '020-monorepo-codemod: a live fleet of batches all in line')).toBeNull()
  })

  it('[PAGE-9.2] puts whole words first', () => {
    expect(texts('mail', 'mailbox', 'voicemail', 'resend mail')).toEqual(['resend mail', 'mailbox', 'voicemail'])
    expect(texts('mail', 'mails-and-more', 'emails by mail')).toEqual(['emails by mail', 'mails-and-more'])
  })

  it('[PAGE-9.2] puts a name that begins with the letters before one that holds them, and that before scattered ones', () => {
    expect(texts('mod', 'My Own Data', 'User Models', 'Models')).toEqual(['Models', 'User Models', 'My Own Data'])
    expect(texts('db', 'Data Of Batch', 'db', 'prod-db')).toEqual(['db', 'prod-db', 'Data Of Batch'])
  })

  it('[PAGE-9.2] keeps the order of what fits equally, and of everything while nothing is typed', () => {
    expect(texts('', 'c', 'bb', 'aaa')).toEqual(['c', 'bb', 'aaa'])
    expect(texts('x', 'x1', 'x2', 'x3')).toEqual(['x1', 'x2', 'x3'])
    expect(bestOf('', [{ text: 'a' }, { text: 'b' }], 1)).toEqual([{ text: 'a' }])
  })

  it('[PAGE-9.2] finds every text by the beginnings of its words and any letters in them', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme-ascii' }), fc.func(fc.boolean()), (text, keep) => {
        const typed = text
          .split(/[\s\-_/.:#]/)
          .map(word => word.slice(0, 1) + Array.from(word.slice(1)).filter(keep).join(''))
          .join('')
        expect(score(typed, text)).not.toBeNull()
      }),
    )
  })
})
