import { describe, expect, it } from 'vitest'
import type { Trouble } from '../lib/client/live'
import { troubleText } from './trouble'

const all: Trouble[] = [
  { kind: 'refused', words: 'Too many pages are open' },
  { kind: 'http', status: 403 },
  { kind: 'foreign' },
  { kind: 'silent' },
  { kind: 'mute' },
  { kind: 'unreachable' },
]

describe('[SYNC-11.6] why a page has no connection, in words', () => {
  it('differs for each reason, and says what happened or what to do', () => {
    const texts = all.map(trouble => troubleText(trouble))
    expect(new Set(texts).size).toBe(all.length)
    for (const text of texts) expect(text).toMatch(/\.$/)
    expect(troubleText({ kind: 'http', status: 502 })).toContain('HTTP 502')
    expect(texts[0]).toBe('The server refused the connection: Too many pages are open.')
  })

  it('blames no proxy where there was a connection before', () => {
    expect(troubleText({ kind: 'silent' })).toContain('proxy')
    expect(troubleText({ kind: 'silent' }, true)).toBe(
      'Nothing answered in time. Check that the dashboard runs, and the network.',
    )
  })

  it('[SAFE-4] quotes nothing that reorders what is beside it', () => {
    expect(troubleText({ kind: 'refused', words: 'a\u202eb' })).not.toContain('\u202e')
  })
})
