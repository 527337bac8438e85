import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { LinkState } from '../lib/run/model'
import { emptyPages, knownOf, knowns, linesText, nothingTexts, type Known } from './nothing'

const links: (LinkState | null)[] = ['live', 'stale', 'down', 'off', null]
const syncs = ['connecting', 'live', 'stale'] as const

describe('[SYNC-12] what was not read never looks empty', () => {
  it('[SYNC-12.1] tells apart what is so, what was so, and what is not known', () => {
    const seen = new Set<Known>()
    for (const read of [true, false])
      for (const sync of syncs)
        for (const gone of [true, false])
          for (const stale of [true, false])
            for (const source of links) {
              const known = knownOf({ read, sync, gone }, stale, source)
              seen.add(known)
              const isSo = read && !gone && !stale && source !== 'stale' && source !== 'down'
              expect(known === 'current', JSON.stringify({ read, sync, gone, stale, source })).toBe(isSo)
              expect(known === 'reading' || known === 'unread').toBe(!read)
            }
    expect(seen).toEqual(new Set(knowns))
  })

  it.each(Object.entries(nothingTexts))('%s: what was not read reads otherwise than what is empty', (_, texts) => {
    const { current, reading, unread } = texts
    expect(new Set([current, reading, unread]).size).toBe(3)
    expect(reading).toMatch(/read/i)
    expect(unread).toMatch(/not read|can’t be read/i)
  })

  const dated = [
    'run log',
    'batch log',
    'batch without container',
    'batches',
    'batches of an empty plan',
    'live runs',
    'specs',
    'runs of a spec',
  ] as const
  it.each(dated)('%s: what is only last known is not said to be so now', place => {
    const { current, old, silent } = nothingTexts[place]
    expect(new Set([current, old, silent]).size).toBe(3)
    expect(old).toContain('when this page last heard from its server')
    expect(silent).toMatch(/before|can’t be reached/)
  })

  it.each(Object.entries(emptyPages))('the page of %s, likewise', (_, { current, old, silent }) => {
    expect(new Set([current[1], old[1], silent[1]]).size).toBe(3)
    for (const [, text] of [old, silent]) expect(text).toContain('not known')
  })

  it('[SYNC-12.2] counts no line of a log that was not read', () => {
    expect(knowns.map(known => linesText(0, known))).toEqual([
      '0 lines',
      'reading…',
      'not read',
      '0 lines, last known',
      '0 lines',
    ])
    expect(linesText(1, 'current')).toBe('1 line')
  })

  it('is told in one place: no page has an empty list, or a word for none, of its own', () => {
    const files = readdirSync('app', { recursive: true, encoding: 'utf8' }).filter(
      path => path.endsWith('.tsx') && !/\.test\.tsx$|components.nothing\.tsx$/.test(path),
    )
    expect(files.length).toBeGreaterThan(30)
    const own: string[] = []
    let empty = 0
    for (const path of files) {
      const text = readFileSync(`app/${path}`, 'utf8')
      // All but the two elements that name a filter hiding existing rows.
      const elements = text.matchAll(
        /className=\{nothing\.(?:none|empty)\}[^>]*>(?!\s*(?:No run matches|\{streams === 0\s))/g,
      )
      for (const [element] of elements) {
        empty += 1
        if (!element.includes('data-known')) own.push(`${path}: ${element}`)
      }
      // Comments address developers, not readers of the page.
      const words =
        /(?<!\/\*\* )\bNo (?:run|line|log|batch|container|finding|spec|import)s?\b (?:yet|now|was|is|has|of|exists)/g
      for (const [word] of text.matchAll(words)) own.push(`${path}: ${word}`)
    }
    expect(empty).toBeGreaterThan(0)
    expect(own).toEqual([])
  })
})
