import { describe, expect, it } from 'vitest'
import { CHORD_MS, commandOf, type Begun, type Press } from './keys'

const press = (key: string, more: Partial<Press> = {}): Press => ({
  ...{ key, ctrl: false, meta: false, alt: false, inField: false, inDialog: false, at: 0 },
  ...more,
})
const command = (key: string, more: Partial<Press> = {}, begun: Begun = null, singleKeys = true) =>
  commandOf(press(key, more), begun, singleKeys).command

describe('the keys of a page', () => {
  it('[PAGE-9.3] each do one thing', () => {
    const keys = ['?', 'j', 'k', 'n', 'l', '/', 'v', 'Escape']
    const commands = keys.map(key => command(key))
    expect(commands).toEqual([
      'sheet',
      'next-batch',
      'previous-batch',
      'next-needy',
      'log',
      'search-log',
      'next-view',
      'close-batch',
    ])
    for (const key of ['a', 'Enter', 'constructor', 'f', 'c']) expect(command(key), key).toBeNull()
  })

  it('[PAGE-9.3] go somewhere after g, if the second key comes soon', () => {
    const { command: none, begun } = commandOf(press('g', { at: 100 }), null, true)
    expect([none, begun]).toEqual([null, 100])
    expect(command('f', { at: 100 + CHORD_MS }, begun)).toBe('fleet')
    expect(command('c', { at: 200 }, begun)).toBe('containers')
    expect(command('f', { at: 101 + CHORD_MS }, begun)).toBeNull()
    expect(command('j', { at: 200 }, begun)).toBe('next-batch')
    expect(commandOf(press('x', { at: 200 }), begun, true).begun).toBeNull()
  })

  it('[PAGE-9.3] do nothing while somebody types, in a dialog, or with a modifier', () => {
    for (const key of ['?', 'j', 'n', '/', 'Escape', 'g'])
      for (const more of [{ inField: true }, { inDialog: true }, { ctrl: true }, { meta: true }, { alt: true }])
        expect(commandOf(press(key, more), null, true)).toEqual({ command: null, begun: null })
  })

  it('[PAGE-9.1] open the palette by Ctrl K and ⌘ K, also while somebody types, but not in a dialog', () => {
    expect(command('k', { ctrl: true })).toBe('palette')
    expect(command('K', { meta: true, inField: true })).toBe('palette')
    expect(command('k', { ctrl: true, alt: true })).toBeNull()
    expect(command('k', { ctrl: true, meta: true })).toBeNull()
    expect(command('k', { ctrl: true, inDialog: true })).toBeNull()
  })

  it('[PAGE-9.4] are off once the reader has switched them off, apart from Escape and the palette', () => {
    for (const key of ['?', 'j', 'k', 'n', 'l', '/', 'v', 'g']) expect(command(key, {}, null, false), key).toBeNull()
    expect(command('f', { at: 10 }, 0, false)).toBeNull()
    expect(command('Escape', {}, null, false)).toBe('close-batch')
    expect(command('k', { ctrl: true }, null, false)).toBe('palette')
  })
})
