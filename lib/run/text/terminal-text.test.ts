import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { plainLine } from './log-text'
import { sourceRange, terminalParts, visibleText } from './terminal-text'

const ESC = '\u001b'
const BEL = '\u0007'
const ST = `${ESC}\\`
const shown = (source: string) => visibleText(source).text

/** Complete sequences of every kind that a terminal knows; a terminal shows nothing of them. */
const SEQUENCES: [kind: string, sequence: string][] = [
  ['colour', `${ESC}[31m`],
  ['colours with semicolons', `${ESC}[31;4;58;2;255;0;0m`],
  ['colours with colons', `${ESC}[38:2::1:2:3;4:3m`],
  ['style in 8 bits', '\u009b1m'],
  ['cursor up', `${ESC}[3A`],
  ['cursor to a place', `${ESC}[1;1H`],
  ['erase the display', `${ESC}[2J`],
  ['erase the line, in 8 bits', '\u009bK'],
  ['scroll region', `${ESC}[5;10r`],
  ['private mode', `${ESC}[?1049h`],
  ['modified keys, with a private m', `${ESC}[>4;2m`],
  ['device attributes', `${ESC}[>0;276;0c`],
  ['cursor shape, with an intermediate space', `${ESC}[2 q`],
  ['soft reset, with an intermediate', `${ESC}[!p`],
  ['report of a mode, with both', `${ESC}[?2026$p`],
  ['title, ended by BEL', `${ESC}]0;a title${BEL}`],
  ['title, ended by ST', `${ESC}]2;a title${ST}`],
  ['title, ended by ST of 8 bits', `${ESC}]2;ein Titel – ☃\u009c`],
  ['title in 8 bits', '\u009d2;a title\u009c'],
  ['title in 8 bits, ended by BEL', `\u009d2;a title${BEL}`],
  ['link begins', `${ESC}]8;id=1;https://example.org/?a=b;c${ST}`],
  ['link ends', `${ESC}]8;;${BEL}`],
  ['clipboard', `${ESC}]52;c;c2VjcmV0${BEL}`],
  ['device control string', `${ESC}P1$r0m${ST}`],
  ['picture, with a bell within', `${ESC}Pq#0;2;0;0;0${BEL}#0~~@@vv$${ST}`],
  ['device control string in 8 bits', '\u00901$r0m\u009c'],
  ['start of string', `${ESC}Xanything${ST}`],
  ['start of string in 8 bits', '\u0098anything\u009c'],
  ['privacy message', `${ESC}^anything${ST}`],
  ['privacy message in 8 bits', `\u009eanything${ST}`],
  ['application command', `${ESC}_Gf=24;AAAA${ST}`],
  ['application command in 8 bits', '\u009fGf=24;AAAA\u009c'],
  ['character set', `${ESC}(B`],
  ['character set of many bytes', `${ESC}$(B`],
  ['alignment test', `${ESC}#8`],
  ['8-bit controls', `${ESC} G`],
  ['save the cursor', `${ESC}7`],
  ['reset', `${ESC}c`],
  ['reverse index', `${ESC}M`],
  ['string terminator alone', ST],
  ['bell', BEL],
]
const sequences = SEQUENCES.map(([, sequence]) => sequence)

const piece = fc.oneof(
  fc.constantFrom(...sequences),
  fc.constantFrom(ESC, '\u009b', '\u009d', '\u0090', '\u009c', BEL, '[', ']', '8;;', '\\', '31', ';', ':', ' ', 'm'),
  fc.constantFrom('\r', '\n', '\b', '\t', '\u0018', '\u001a', '\u0000', '\u0085', '…', '\ud83d', '👩‍💻'),
  fc.array(fc.nat(0xffff), { maxLength: 6 }).map(units => String.fromCharCode(...units)),
  fc.string({ maxLength: 6 }),
)
const hostile = fc.array(piece, { maxLength: 30 }).map(pieces => pieces.join(''))
const runs = { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 500) }

describe('[SAFE-4.1] terminal text', () => {
  it.each(SEQUENCES)('shows nothing of a sequence: %s', (_, sequence) => {
    expect(shown(`before ${sequence}after`)).toBe('before after')
    expect(shown(sequence.repeat(3))).toBe('')
  })

  it.each(SEQUENCES)('loses nothing around a sequence that the end of the line cuts off: %s', (_, sequence) => {
    for (let length = 1; length < sequence.length; length += 1) {
      const cut = sequence.slice(0, length)
      const text = shown(`before ${cut}`)
      expect(text).toMatch(/^before /)
      expect(shown(`before ${cut}\nafter`)).toBe(`${text}\nafter`)
      expect(plainLine(`before ${cut}`)).not.toMatch(/[^\P{Cc}\t]/u)
    }
  })

  it.each([
    `${ESC}]0;`,
    `${ESC}]8;;https://x `,
    '\u009d0;',
    `${ESC}P`,
    '\u0090',
    `${ESC}X`,
    `${ESC}^`,
    `${ESC}_`,
    `${ESC}[31`,
  ])('shows all of a line whose %j has no end', begun => {
    expect(shown(`before ${begun}→ the rest`)).toBe(`before ${begun}→ the rest`)
    expect(shown(`${begun}→ the rest\nof two lines${BEL}`)).toBe(`${begun}→ the rest\nof two lines`)
    expect(shown(`${begun}→ the rest ${ESC}[1mbold${ST}`)).toBe(`${begun}→ the rest bold`)
    expect(shown(`${begun}→\u0018 the rest`)).toBe(`${begun}→\u0018 the rest`)
  })

  it('keeps the text of a link, and drops where it leads', () => {
    const link = (to: string, text: string) => `${ESC}]8;;${to}${ST}${text}${ESC}]8;;${ST}`
    for (const to of ['https://example.org', 'http://example.org', 'javascript:alert(1)', 'file:///etc/passwd', 'x'])
      expect(shown(`see ${link(to, 'the docs')}.`)).toBe('see the docs.')
  })

  it('[SAFE-4.37] takes any text apart, without a hole and without an error', () => {
    fc.assert(
      fc.property(hostile, source => {
        const parts = [...terminalParts(source)]
        expect(parts.map(({ from, to }) => source.slice(from, to)).join('')).toBe(source)
        for (const { from, to } of parts) expect(to).toBeGreaterThan(from)
        expect(shown(shown(source)).length).toBeLessThanOrEqual(shown(source).length)
      }),
      runs,
    )
  })

  it('shows lines one by one as it shows them together', () => {
    fc.assert(
      fc.property(fc.array(hostile, { maxLength: 4 }), texts => {
        const lines = texts.flatMap(text => text.split('\n'))
        expect(shown(lines.join('\n'))).toBe(lines.map(shown).join('\n'))
      }),
      runs,
    )
  })

  it('shows a text and what follows it as it shows each, where the first ends outside of a sequence', () => {
    const complete = fc.array(fc.oneof(fc.constantFrom(...sequences), fc.stringMatching(/^[ -~]*$/)))
    fc.assert(
      fc.property(complete, hostile, (pieces, after) => {
        const before = `${pieces.join('')}\n`
        expect(shown(before + after)).toBe(shown(before) + shown(after))
      }),
      runs,
    )
  })

  it('shows every printable character that no complete sequence holds', () => {
    const words = fc.stringMatching(/^[a-z]{1,8} $/)
    fc.assert(
      fc.property(fc.array(fc.tuple(words, fc.constantFrom(...sequences))), pairs => {
        const source = pairs.map(([word, sequence]) => word + sequence).join('')
        expect(shown(source)).toBe(pairs.map(([word]) => word).join(''))
      }),
      runs,
    )
  })
})

describe('[SAFE-4.2] where visible text stands in its source', () => {
  it('is told for every part of it, sequences within it and none beside it', () => {
    const source = `a ${ESC}[1ms${ESC}[0mk-${ESC}]8;;x${BEL}123${ESC}[m b`
    const visible = visibleText(source)
    expect(visible.text).toBe('a sk-123 b')
    const { from, to } = sourceRange(visible, 2, 8)
    expect(source.slice(from, to)).toBe(`s${ESC}[0mk-${ESC}]8;;x${BEL}123`)
  })

  it('leads back to the same characters in any text', () => {
    fc.assert(
      fc.property(hostile, fc.nat(), fc.nat(), (source, a, b) => {
        const visible = visibleText(source)
        const { text, stretches } = visible
        fc.pre(text.length > 0)
        expect(stretches.map(({ from, length }) => source.slice(from, from + length)).join('')).toBe(text)
        const [start, end] = [
          Math.min(a % text.length, b % text.length),
          Math.max(a % text.length, b % text.length) + 1,
        ]
        const { from, to } = sourceRange(visible, start, end)
        expect([source[from], source[to - 1]]).toEqual([text[start], text[end - 1]])
        // The range removes exactly that text.
        const rest = [...terminalParts(source)]
          .filter(part => part.kind === 'text')
          .map(
            part => source.slice(part.from, Math.min(part.to, from)) + source.slice(Math.max(part.from, to), part.to),
          )
        expect(rest.join('')).toBe(text.slice(0, start) + text.slice(end))
      }),
      runs,
    )
  })
})

/** Wraps a method of a prototype in a function; returns a function that restores it. */
function wrapped<T extends object>(
  prototype: T,
  name: string,
  around: (call: () => unknown, receiver: T, argument: unknown) => unknown,
): () => void {
  const descriptor = Object.getOwnPropertyDescriptor(prototype, name)
  const method: unknown = descriptor?.value
  if (!descriptor || typeof method !== 'function') throw new Error(`There is no method ${name}`)
  Object.defineProperty(prototype, name, {
    ...descriptor,
    value: function (this: T, argument: unknown): unknown {
      return around(() => Reflect.apply(method, this, [argument]), this, argument)
    },
  })
  return () => void Object.defineProperty(prototype, name, descriptor)
}

describe('[SAFE-4.36] the cost of terminal text', () => {
  /** How many characters the reader reads, by its patterns and one by one. */
  const steps = (source: string): number => {
    let count = 0
    const restore = [
      wrapped(RegExp.prototype, 'exec', (call, pattern: RegExp, text: unknown) => {
        const from = pattern.global ? pattern.lastIndex : 0
        const found = call()
        // A global pattern without a match resets its index. Any other pattern counts as reading all of its text.
        const to = pattern.global && found !== null ? pattern.lastIndex : String(text).length
        count += to - from + 1
        return found
      }),
      wrapped(String.prototype, 'charCodeAt', call => {
        count += 1
        return call()
      }),
    ]
    try {
      for (const _part of terminalParts(source)) count += 1
    } finally {
      for (const each of restore) each()
    }
    return count
  }

  it.each([
    ...[`${ESC}]`, `${ESC}[`, `${ESC}P`, `${ESC}P${BEL}`, '\u009d', '\u0090', '\u009b', `${ESC}]x\u009b`, `${ESC} `],
    ...[`${ESC}[1;`, `${ESC}[1 `, `${ESC}!`, `${ESC}]0;x${BEL}`, `${ESC}[1mx`, `\u009d${BEL}\u0098`, ESC, BEL, 'x'],
  ])('is a few steps a character in a line of %j, however long', unit => {
    const body = unit.repeat(4_096 / unit.length)
    for (const begun of ['', `${ESC}]`, `${ESC}[`, `${ESC}P`, '\u0098'])
      for (const line of [begun + body, `${begun}${body}\n${body}`])
        expect(steps(line)).toBeLessThan(12 * line.length + 100)
  })
})
