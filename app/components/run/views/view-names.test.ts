import { describe, expect, it } from 'vitest'
import { viewAfter, viewLabels, viewOf, viewQuery, views } from './view-names'

describe('the views of the batches', () => {
  it('[PAGE-5.2] are named by the address, and are the table otherwise', () => {
    for (const view of views) expect(viewOf(view)).toBe(view)
    for (const asked of [undefined, '', 'Timeline', 'constructor', ['timeline']]) expect(viewOf(asked)).toBe('table')
  })

  it('[PAGE-5.2] keep the open batch in the address, and the table keeps it short', () => {
    expect(viewQuery('table', { batch: null })).toBe('')
    expect(viewQuery('timeline', { batch: null })).toBe('?view=timeline')
    expect(viewQuery('table', { batch: 'a b' })).toBe('?batch=a+b')
    expect(new URLSearchParams(viewQuery('timeline', { batch: '&view=table' })).get('view')).toBe('timeline')
  })

  it('[PAGE-5.8] keep the filter and the moment of the past in the address', () => {
    const at = '2026-11-30T20:05:12.345Z'
    const query = new URLSearchParams(viewQuery('graph', { batch: 'a', state: 'running', at }))
    expect([...query]).toEqual([
      ['batch', 'a'],
      ['state', 'running'],
      ['at', at],
      ['view', 'graph'],
    ])
  })

  it('[PAGE-5.1] are selected by the arrow keys, Home and End, around both ends', () => {
    const last = views.at(-1)
    expect(viewAfter('table', 'ArrowRight')).toBe('timeline')
    expect(viewAfter('table', 'ArrowLeft')).toBe(last)
    expect(viewAfter('timeline', 'Home')).toBe('table')
    expect(viewAfter('table', 'End')).toBe(last)
    for (const view of views) {
      expect(viewAfter(viewAfter(view, 'ArrowRight') ?? view, 'ArrowLeft')).toBe(view)
      expect(viewAfter(view, ' ')).toBe(view)
      expect(viewAfter(view, 'a')).toBeNull()
    }
    expect(new Set(views.map(view => viewLabels[view])).size).toBe(views.length)
  })
})
