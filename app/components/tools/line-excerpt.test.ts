import { describe, expect, it } from 'vitest'
import { textMatcher } from '../../../lib/run/text/text-matcher'
import { excerptOf } from './line-excerpt'

const excerpt = (text: string, sought: string) => {
  const matcher = textMatcher(sought)
  if (matcher === null) throw new Error('nothing sought')
  return excerptOf({ seq: 1, at: null, source: 'backend', stream: 'stdout', text }, matcher)
}

describe('a line in the palette', () => {
  it('[PAGE-9.5] shows its first match and what stands around it', () => {
    expect(excerpt('one Two three two', 'two')).toEqual({ before: 'one ', match: 'Two', after: ' three two' })
    expect(excerpt('nothing', 'else')).toEqual({ before: 'nothing', match: '', after: '' })
  })

  it('[PAGE-9.5] is cut around the match, between characters', () => {
    const { before, match, after } = excerpt(`${'😀'.repeat(500)}match${'é'.repeat(10_000)}`, 'match')
    expect(before).toBe(`…${'😀'.repeat(40)}`)
    expect(match).toBe('match')
    expect(after).toBe(`${'é'.repeat(155)}…`)
    const long = excerpt('x'.repeat(256), 'x'.repeat(200))
    expect(long.match).toBe(`${'x'.repeat(160)}…`)
  })

  it('[PAGE-9.5] shows what cannot be seen, on one line, as the log does', () => {
    expect(excerpt('a\u001b[31mred\u001b[0m error\u202e x\nsecond\rthird', 'error')).toEqual({
      before: 'ared ',
      match: 'error',
      after: '\ufffd x␊second␍third',
    })
  })
})
