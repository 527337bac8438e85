import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MERGED } from '../../log-id'
import { addressWith, linkPrefix, markIn, markOf } from './line-mark'

const page = 'http://h/runs/r'

describe('[LOG-2.8] the lines that an address names', () => {
  it.each([
    ['', null],
    ['?line=', null],
    ['?line=0', null],
    ['?line=-3', null],
    ['?line=x', null],
    ['?line=1e9', null],
    ['?line=99999999999999999999', null],
    ['?line=12', { from: 12, to: 12 }],
    ['?batch=a&line=12-14', null],
    ['?batch=a&log=run&line=12-14', { from: 12, to: 14 }],
    ['?log=all&line=12', null],
    ['?line=14-12', { from: 12, to: 14 }],
  ])('%s', (search, mark) => {
    expect(markIn(search, null)).toEqual(mark)
  })

  it('are read as they were written, whatever batch is open', () => {
    const seq = fc.integer({ min: 1, max: 1_000_000 })
    fc.assert(
      fc.property(seq, seq, fc.option(fc.string({ minLength: 1 })), (a, b, batchId) => {
        const mark = markOf(a, b)
        const url = addressWith(`${page}?batch=other&view=graph`, mark, batchId)
        expect(markIn(url.search, batchId)).toEqual(mark)
        expect(markIn(url.search, `not ${batchId}`)).toBeNull()
        expect(url.searchParams.get('view')).toBe('graph')
        expect(url.searchParams.get('log')).toBe(batchId === null ? 'run' : null)
        const link = new URL(`${linkPrefix(batchId)}${a}`, page)
        expect(markIn(link.search, batchId)).toEqual(markOf(a, a))
        expect(link.searchParams.get('batch')).toBe(batchId?.toWellFormed() ?? null)
        expect(addressWith(url.href, null, batchId).searchParams.has('line')).toBe(false)
      }),
    )
  })

  it('[LOG-3.6] are those of the merged log where the address says so, whatever batch is open', () => {
    const url = addressWith(`${page}?batch=a`, markOf(3, 5), MERGED)
    expect(url.search).toBe('?batch=a&line=3-5&log=all')
    expect(markIn(url.search, MERGED)).toEqual({ from: 3, to: 5 })
    for (const other of [null, 'a', 'all']) expect(markIn(url.search, other)).toBeNull()
    for (const search of ['?line=3', '?batch=a&line=3', '?log=run&line=3']) expect(markIn(search, MERGED)).toBeNull()
    expect(markIn(new URL(`${linkPrefix(MERGED)}3`, page).search, MERGED)).toEqual({ from: 3, to: 3 })
    expect(addressWith(url.href, null, MERGED).search).toBe('?batch=a&log=all')
    expect(addressWith(url.href, null, null).search).toBe('?batch=a')
  })

  it('need no name of the log where no batch is open', () => {
    expect(addressWith(page, markOf(3, 3), null).search).toBe('?line=3')
  })
})
