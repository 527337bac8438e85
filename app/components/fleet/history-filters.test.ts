import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { someRun } from '../../../lib/testing/run/documents'
import {
  filtersIn,
  filtersOf,
  filterText,
  isFiltered,
  matching,
  newestFirst,
  noFilters,
  outcomes,
  queryOf,
  resumedRuns,
  type Filters,
} from './history-filters'
import { parseSaved, renamed, withoutSaved, withSaved } from './saved-filters'

const over = (runId: string, changes: Parameters<typeof someRun>[1] = {}) =>
  someRun(runId, { status: 'completed', endedAt: '2026-11-23T13:00:00.000Z', ...changes })
const found = (filters: Partial<Filters>, zone = 'utc') =>
  matching(runs, { ...noFilters, ...filters }, zone).map(run => run.runId)

const runs = [
  over('a', { startedBy: 'ann', spec: '011-audit-log', endedAt: '2026-11-23T22:30:00.000Z' }),
  over('b', { spec: '012-search', status: 'failed', error: 'Merge FAILED', endedAt: '2026-11-22T12:00:00.000Z' }),
  over('c', { spec: null, status: 'aborted', endedAt: null, startedAt: '2026-11-21T10:00:00.000Z' }),
  over('d', { spec: '012-search', endedAt: null, startedAt: null }),
]

describe('the filters of the history', () => {
  it('[FLEET-4.7] have the runs in the order of the times that the table shows', () => {
    // It began first, and ended last.
    const long = over('e', { startedAt: '2026-11-20T00:00:00.000Z', endedAt: '2026-11-23T23:00:00.000Z' })
    expect(newestFirst([...runs, long]).map(({ runId }) => runId)).toEqual(['e', 'a', 'b', 'c', 'd'])
  })

  it('[FLEET-4.1] find runs by outcome, spec and text', () => {
    expect(found({})).toEqual(['a', 'b', 'c', 'd'])
    expect(found({ status: 'failed' })).toEqual(['b'])
    expect(found({ spec: '012-search' })).toEqual(['b', 'd'])
    expect(found({ q: ' merge failed ' })).toEqual(['b'])
    expect(found({ q: 'AUDIT' })).toEqual(['a'])
    expect(found({ status: 'completed', spec: '012-search' })).toEqual(['d'])
    expect(found({ by: 'ann' })).toEqual(['a'])
    expect(found({ by: 'an' })).toEqual([])
  })

  it('[FLEET-4.2] find runs by days of the reader’s zone, both ends included, or by instants', () => {
    expect(found({ since: '2026-11-22' })).toEqual(['a', 'b'])
    expect(found({ since: '2026-11-22', until: '2026-11-22' })).toEqual(['b'])
    expect(found({ until: '2026-11-22' })).toEqual(['b', 'c'])
    // In Tokyo it ended on the next day.
    expect(found({ since: '2026-11-24' }, 'Asia/Tokyo')).toEqual(['a'])
    expect(found({ until: '2026-11-23' }, 'Asia/Tokyo')).toEqual(['b', 'c'])
    expect(found({ since: '2026-11-22T12:00:00.000Z', until: '2026-11-22T12:00:00.000Z' })).toEqual(['b'])
  })

  it('[FLEET-4.1] go through the address and come back as they were', () => {
    const day = fc
      .date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
      .chain(date => fc.constantFrom('', date.toISOString(), date.toISOString().slice(0, 10)))
    const any: fc.Arbitrary<Filters> = fc.record({
      status: fc.constantFrom('' as const, ...outcomes),
      spec: fc.string({ unit: 'grapheme', maxLength: 40 }),
      site: fc.string({ unit: 'grapheme', maxLength: 40 }),
      by: fc.string({ unit: 'grapheme', maxLength: 40 }),
      q: fc.string({ unit: 'grapheme', maxLength: 40 }),
      since: day,
      until: day,
    })
    fc.assert(
      fc.property(any, filters => {
        expect(filtersIn(queryOf(filters))).toEqual(filters)
        expect(isFiltered(filters)).toBe(queryOf(filters) !== '')
        expect(new URLSearchParams(queryOf(filters, '?batch=x')).get('batch')).toBe('x')
      }),
    )
  })

  it('[FLEET-4.1] leave out what an address says and nobody understands', () => {
    const odd = { status: 'running', since: 'yesterday', until: ['2026-01-01', '2026-01-02'], q: 'x'.repeat(501) }
    expect(filtersOf(odd)).toEqual(noFilters)
    expect(filtersOf({ status: 'failed', other: 'x' })).toEqual({ ...noFilters, status: 'failed' })
  })

  it('[FLEET-4.3] are told in words', () => {
    const all = {
      status: 'failed',
      spec: '012-search',
      site: 'build',
      by: 'ann',
      q: ' x ',
      since: '2026-11-17',
      until: '2026-11-20',
    } as const
    expect(filterText(all)).toBe(
      'failed, 012-search, at build, started by ann, “x”, since 2026-11-17, until 2026-11-20',
    )
  })

  it('[FLEET-4.5] a run that continues the history entry of another is resumed', () => {
    const entry = (runId: string, historyId: string | null, startedAt: string | null) =>
      over(runId, { historyId, startedAt })
    const all = [
      entry('third', 'h1', '2026-11-23T12:00:00.000Z'),
      entry('alone', 'h2', '2026-11-23T11:00:00.000Z'),
      entry('first', 'h1', '2026-11-23T10:00:00.000Z'),
      entry('second', 'h1', '2026-11-23T11:00:00.000Z'),
      entry('none', null, '2026-11-23T13:00:00.000Z'),
      entry('unknown', 'h1', null),
    ]
    expect([...resumedRuns(all)]).toEqual(['third', 'second'])
    // Another site's entry of the same id is another entry.
    const elsewhere = all.map(run => (run.runId === 'first' ? { ...run, site: 'ann' } : run))
    expect([...resumedRuns(elsewhere)]).toEqual(['third'])
  })
})

describe('[FLEET-4.6] saved filters', () => {
  const failed = { ...noFilters, status: 'failed' as const }
  const of = (...names: string[]) => names.map(name => ({ name, filters: failed }))

  it('are kept under a name, once', () => {
    expect(withSaved(of('a', 'b'), 'a', noFilters).map(({ name }) => name)).toEqual(['b', 'a'])
    expect(withoutSaved(of('a', 'b'), 'a')).toEqual(of('b'))
  })

  it('get another name at the same place, unless it is taken', () => {
    expect(renamed(of('a', 'b'), 'a', 'c')).toEqual(of('c', 'b'))
    expect(renamed(of('a', 'b'), 'a', 'b')).toEqual(of('a', 'b'))
  })

  it('are read as far as they can be', () => {
    expect(parseSaved(null)).toEqual([])
    expect(parseSaved('{')).toEqual([])
    expect(parseSaved('{"a":1}')).toEqual([])
    expect(parseSaved(JSON.stringify([['a', '?status=failed'], ['b'], 3, [1, '?']]))).toEqual(of('a'))
  })
})
