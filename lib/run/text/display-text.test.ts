import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { growthOf } from '../../testing/support/growth'
import { fileName, shownLinePart, shownName, shownProse, unseenIn } from './display-text'
import { honestTexts, hostileTexts, UNSEEN } from '../../testing/support/hostile-texts'
import { visibleText } from './terminal-text'

const hostile = Object.entries(hostileTexts)
const all = { shownName, shownProse, shownLinePart }

describe.each(Object.entries(all))('[SAFE-4.4] %s', (_, show) => {
  it.each(hostile)('[SAFE-4.63] [SAFE-4.65] [SAFE-4.66] makes visible: %s', (_kind, text) => {
    const shown = show(text)
    expect(shown).not.toMatch(UNSEEN)
    expect(shown.trim()).not.toBe('')
    if (text.startsWith('x')) expect(shown).toMatch(/^x.+y$/u)
  })

  it.each(Object.entries(honestTexts))('[SAFE-4.64] leaves as it is: %s', (_kind, text) => {
    expect(show(text)).toBe(text)
  })

  it('shows what it has shown once as it is, and nothing that can’t be seen, whatever comes in', () => {
    const unit = fc.oneof(
      fc.constantFrom(...Object.values(hostileTexts).flatMap(text => Array.from(text))),
      fc.constantFrom(...Object.values(honestTexts).flatMap(text => Array.from(text))),
      fc.constantFrom(' ', '\n', '\t', '\r', '[', 'm', ']', '\\', 'क', '\u094d', 'م'),
    )
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 40 }), text => {
        const shown = show(text)
        expect(show(shown)).toBe(shown)
        // The invisible characters that remain are part of normal text.
        expect(unseenIn(shown).filter(code => !/^U\+(0020|000A|0009|00A0|3000|20..)$/.test(code))).toEqual([])
      }),
      { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 500) },
    )
  })
})

describe('[SAFE-4.5] a name', () => {
  it.each([
    ['safe\u202etxt.exe', 'safe\ufffdtxt.exe'],
    ['\u200b', '\ufffd'],
    ['', '(empty)'],
    [' ', '␠'],
    [' a', '␠a'],
    ['a  ', 'a␠␠'],
    ['a   b', 'a ␠␠b'],
    ['a b', 'a b'],
    ['a\u00a0b\u2003c\u3000d', 'a␠b␠c␠d'],
    ['a\nb\tc\rd', 'a␊b␉c␍d'],
    ['\u001b[31mred', '␛[31mred'],
    ['\u0301a', '\u25cc\u0301a'],
    ['e\u0301'.repeat(9), 'e\u0301'.repeat(9)],
    ['x\ufe0f', 'x\ufffd'],
    ['❤\ufe0f\ufe0f', '❤\ufe0f\ufffd'],
    ['葛\u{e0100}\u{e0101}', '葛\u{e0100}\ufffd'],
    ['👩\u200d', '👩\ufffd'],
    ['a\u200db', 'a\ufffdb'],
    ['f\ufe0e\u094d\u200d', 'f\ufffd\u094d\ufffd'],
    ['م\u200c', 'م\ufffd'],
    ['د\u200cم', 'د\ufffdم'],
    ['🏴\u{e0067}\u{e0062}', '🏴\ufffd\ufffd'],
  ])('[SAFE-4.65] [SAFE-4.67] [SAFE-4.68] [SAFE-4.69] %j is shown as %j', (name, shown) => {
    expect(shownName(name)).toBe(shown)
  })

  it('[SAFE-4.67] has no two spellings that are shown alike by their blanks', () => {
    const blanks = fc.string({ unit: fc.constantFrom('a', ' '), maxLength: 8 })
    fc.assert(
      fc.property(blanks, blanks, (one, other) => {
        if (one === other) return
        // HTML shows several spaces as one, and none at the ends.
        const seen = (text: string) => shownName(text).replace(/ +/g, ' ').trim()
        expect(seen(one)).not.toBe(seen(other))
      }),
    )
  })

  it('tells which of its characters can’t be seen, each once and a few at most', () => {
    expect(unseenIn('safe\u202etxt\u202e.exe')).toEqual(['U+202E'])
    expect(unseenIn(' a \u3000b\u{e0041}')).toEqual(['U+E0041', 'U+0020', 'U+3000'])
    expect(unseenIn('main\nrm -rf')).toEqual(['U+000A'])
    expect(unseenIn('feat/one two')).toEqual([])
    expect(unseenIn('👩\u200d💻')).toEqual([])
    expect(unseenIn('\u0001\u0002\u0003\u0004\u0005\u0006')).toEqual([
      'U+0001',
      'U+0002',
      'U+0003',
      'U+0004',
      'U+0005',
      '…',
    ])
  })
})

describe('[SAFE-4.6] prose', () => {
  it('loses its escape sequences and keeps its lines', () => {
    expect(shownProse('\u001b[1;31merror\u001b[0m: no\r\n\tat x.rs\n \u001b]0;cut')).toBe(
      'error: no\n\tat x.rs\n ␛]0;cut',
    )
    expect(shownProse('\n\u0301')).toBe('\n\u25cc\u0301')
    expect(shownProse('')).toBe('')
  })
})

describe('[SAFE-4.13] a text that is made to cost', () => {
  const stretches = {
    ...{
      blanks: ' ',
      'no-break blanks': '\u00a0',
      tabs: '\t',
      'line breaks': '\r\n',
      letters: 'a',
      'words and blanks': 'a  ',
    },
    ...{
      marks: '\u0301',
      'marks after blanks': ' \u0301',
      joiners: '\u200d',
      'joined emoji': '\u{1f469}\u200d',
      emoji: '\u{1f3f4}',
    },
    ...{
      tags: '\u{1f3f4}\u{e0067}\u{e0062}',
      virama: '\u0915\u094d\u200d',
      arabic: '\u0628\u200c',
      selectors: '\u4e00\ufe00',
    },
    ...{
      escapes: '\u001b',
      'open sequences': '\u001b[1;',
      'open links': '\u001b]8;;x',
      colours: '\u001b[31mx',
      halves: '\ud800',
    },
  }
  const shows = {
    shownName,
    shownProse,
    shownLinePart,
    visibleText,
    unseenIn,
    nameOfFile: (text: string) => fileName([text], '.log'),
  }
  it.each(Object.entries(stretches))('is shown in time that grows with it: %s', { timeout: 60_000 }, (_, stretch) => {
    for (const [name, show] of Object.entries(shows)) {
      const growth = growthOf(size => {
        const text = `x${stretch.repeat(size / stretch.length)}x`
        return () => show(text)
      }, 4_096)
      expect(growth.isLinear, `${name}: ${growth.text}`).toBe(true)
    }
  })
})

describe('[SAFE-2.23] the name of a file', () => {
  it.each([
    [['r"1;é'], 'r_1__.log'],
    [['run-1', 'db'], 'run-1.db.log'],
    [['run-1', null], 'run-1.log'],
    [['safe\u202etxt', '../x'], 'safe_txt..._x.log'],
    [['.hidden'], '_hidden.log'],
    [['x'.repeat(300)], `${'x'.repeat(200)}.log`],
  ])('of %j is %s', (parts, name) => {
    expect(fileName(parts, '.log')).toBe(name)
  })

  it('holds nothing but letters, digits, `.`, `-` and `_`', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(0xffff), { maxLength: 300 }).map(units => String.fromCharCode(...units)),
        text => {
          expect(fileName([text], '.log')).toMatch(/^(?!\.[\w-])[\w.-]{0,200}\.log$/)
        },
      ),
    )
  })
})
