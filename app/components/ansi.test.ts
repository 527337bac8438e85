import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { plainLine } from '../../lib/run/text/log-text'
import { parseAnsi } from './ansi'

const ESC = '\u001b'
/** Any text, also with unpaired surrogates. */
const codeUnits = fc.array(fc.nat(0xffff), { maxLength: 10 }).map(units => String.fromCharCode(...units))
const plain = (line: string) =>
  parseAnsi(line)
    .map(span => span.text)
    .join('')

describe('parseAnsi', () => {
  it('colours what SGR codes colour, until they are reset', () => {
    expect(parseAnsi(`11 files, ${ESC}[32m486 in${ESC}[0m, ${ESC}[1;31mfail${ESC}[22m red${ESC}[39m.`)).toEqual([
      { text: '11 files, ', style: '' },
      { text: '486 in', style: 'green' },
      { text: ', ', style: '' },
      { text: 'fail', style: 'bold red' },
      { text: ' red', style: 'red' },
      { text: '.', style: '' },
    ])
  })

  it('reads an empty parameter as a reset, as terminals do', () => {
    expect(parseAnsi(`${ESC}[31ma${ESC}[mb`)).toEqual([
      { text: 'a', style: 'red' },
      { text: 'b', style: '' },
    ])
  })

  it.each([
    ['38;5;9', 'red'],
    ['38;5;46', 'green'],
    ['38;5;250', 'white'],
    ['38;2;90;160;255', 'blue'],
    ['38;2;20;200;210', 'cyan'],
    ['38:2::250:20:10', 'red'],
    ['38:5:12', 'blue'],
    ['48;5;3', 'bg-yellow'],
    ['97;104', 'white bg-blue'],
    ['38;5;1;1', 'bold red'],
    ['38;2;0;0;200;4', 'underline blue'],
  ])('maps %s to the nearest of the eight hues', (codes, style) => {
    expect(parseAnsi(`${ESC}[${codes}mx`)).toEqual([{ text: 'x', style }])
  })

  it.each(['38', '38;5', '38;5;999', '38;2;1', '38;7;1', '999', '<1', '8', '5', '38;5;:'])(
    'leaves the text as it is on the malformed or refused code %s',
    codes => {
      expect(parseAnsi(`${ESC}[${codes}mstill here`)).toEqual([{ text: 'still here', style: '' }])
    },
  )

  it.each([
    ['cursor move', `${ESC}[2J${ESC}[1;1Htext`],
    ['terminal title', `${ESC}]0;owned\u0007text`],
    ['link, ended by ST', `${ESC}]8;;https://evil.example${ESC}\\text${ESC}]8;;${ESC}\\`],
    ['device control string', `${ESC}P1$r0m${ESC}\\text`],
    ['character set', `${ESC}(Btext`],
    ['carriage return at the end', 'text\r'],
  ])('[SAFE-4] drops a %s and keeps the text', (_, line) => {
    expect(parseAnsi(line)).toEqual([{ text: 'text', style: '' }])
  })

  it.each([
    ['link', `${ESC}]8;;https://evil.example the rest`, '␛]8;;https://evil.example the rest'],
    ['colour', `a${ESC}[31`, 'a␛[31'],
    ['escape', `a${ESC}`, 'a␛'],
    ['title, cut by a colour', `${ESC}]0;t${ESC}[31mred`, '␛]0;tred'],
  ])('[SAFE-4] shows an unterminated %s instead of swallowing the line', (_, line, text) => {
    expect(plain(line)).toBe(text)
  })

  it('[SAFE-4] shows control characters and disarms bidirectional overrides', () => {
    expect(plain('a\u0000b\u0008c\td\u007fe\u0085f\u202eg\u2066h')).toBe('a␀b␈c\td␡e\ufffdf\ufffdg\ufffdh')
  })

  it('[SAFE-5] bounds the spans of a line made of colour changes, without losing a character', () => {
    const line = Array.from({ length: 8_000 }, (_, i) => `${ESC}[${31 + (i % 6)}mx`).join('')
    const spans = parseAnsi(line)
    expect(spans.length).toBeLessThanOrEqual(500)
    expect(plain(line)).toBe('x'.repeat(8_000))
  })

  it.each([
    ['of text', 'x'.repeat(524_288)],
    ['of open links', `${ESC}]`.repeat(262_144)],
    ['of open colours', `${ESC}[`.repeat(262_144)],
    ['of one endless parameter', `${ESC}[${'1;'.repeat(262_143)}`],
    ['of one endless code', `${ESC}[${'1;'.repeat(262_142)}m`],
  ])('[SAFE-4] takes linear time: 512 KiB %s, eight times the longest line, in a moment', (_, line) => {
    const before = process.cpuUsage()
    parseAnsi(line)
    const { user, system } = process.cpuUsage(before)
    expect((user + system) / 1_000).toBeLessThan(2_000)
  })

  it('[SAFE-4] yields no control character and only its own words, whatever comes in', () => {
    const hostile = fc.array(
      fc.oneof(
        codeUnits,
        fc.constantFrom(ESC, '[', ']8;;', '\u0007', '\\', '38;5;', 'm', '31', ';', ':', '<b>', '\u009b'),
      ),
      { maxLength: 40 },
    )
    fc.assert(
      fc.property(hostile, parts => {
        for (const { text, style } of parseAnsi(parts.join(''))) {
          expect(text).not.toMatch(/[^\P{Cc}\t]/u)
          expect(style).toMatch(/^([a-z]+(-[a-z]+)?( |$))*$/)
        }
      }),
    )
  })

  it('changes nothing in a line without controls', () => {
    fc.assert(
      fc.property(fc.string(), line => {
        expect(plain(line)).toBe(line)
      }),
    )
  })

  it.each([
    [`${ESC}[58;5;9mx`, [['x', '']]],
    [`${ESC}[31;4;58;2;255;0;0mx`, [['x', 'underline red']]],
    [`${ESC}[4:0mx`, [['x', '']]],
    [
      `${ESC}[4:3mcurly${ESC}[4:0m plain`,
      [
        ['curly', 'underline'],
        [' plain', ''],
      ],
    ],
    [
      `\u009b31mred\u009bm plain`,
      [
        ['red', 'red'],
        [' plain', ''],
      ],
    ],
    [
      `${ESC}[53mover${ESC}[55;21m under`,
      [
        ['over', 'overline'],
        [' under', 'underline'],
      ],
    ],
    [`a ${ESC}]0;title and the rest`, [['a ␛]0;title and the rest', '']]],
  ])('[SAFE-4.3] shows %j', (line, spans) => {
    expect(parseAnsi(line)).toEqual(spans.map(([text, style]) => ({ text, style })))
  })

  it('[SAFE-4.1] [SAFE-4.35] shows the text that a download holds, whatever comes in', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        ESC,
        '[',
        ']',
        '8;;x',
        '\u0007',
        '\\',
        '31',
        ';',
        ':',
        'm',
        '\u009b',
        '\u009d',
        '\u009c',
        '\r',
        '\n',
      ),
      fc.constantFrom('\u202e', '\u200b', '\ufe0f', '\u0301', '👩\u200d💻', 'שלום', ' ', '\ud83d', 'P', 'X', '^', '_'),
      codeUnits,
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), pieces => {
        expect(plain(pieces.join(''))).toBe(plainLine(pieces.join('')))
      }),
      { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 500) },
    )
    const many = Array.from({ length: 2_000 }, (_, i) => `${ESC}[${31 + (i % 6)}mx`).join('')
    expect(plain(many)).toBe(plainLine(many))
  })
})
