import { isRandom, secretsIn, type Range } from './secret-search'
import { sourceRange, visibleText, type VisibleText } from './terminal-text'

/**
 * Finds secrets in what agents and backends print, and masks them: `sk-ant-•••`. What names a secret's kind is kept, so
 * that a reader understands. They are found in what a terminal shows of a text, whatever its colours [SAFE-4.11]. Every
 * pattern takes time in proportion to the text, whatever that holds [SAFE-4].
 */

const MASK = '•••'

const KEY_EDGE = /-----(BEGIN|END) ?[A-Z0-9 ]{0,40}PRIVATE ?KEY(?: ?BLOCK)?-----/g
const KEY_BODY = /[A-Za-z0-9+/]{4,}={0,2}/g
/** A shorter stretch of a key ends in a padding. */
const SHORTEST_BODY = 16
/** No private key has more lines; where its end does not come, masking goes no further [SAFE-5]. */
const LONGEST_KEY = 200
/** An edge of a private key that is cut between two lines has so much in the first one at most, characters. */
const EDGE = 64

/** So much is kept of a line's end, for what is cut between two, characters. */
const TAIL = 256
/** How a line begins that may go on with what the one before it has begun. */
const CONTINUATION = /^[\w.~+/=-]{12,}(?=$|[\s"'`,;)\]}\\])/
const DATE = /^\d{4}-\d\d-\d\d/

/** Masks the secrets of one text. Masking it again changes nothing [SAFE-4]. */
export const masked = (text: string): string => new SecretMask().mask(text)

/** Masks the secrets of texts that follow each other, such as the lines of a log: one may be cut between two [SAFE-4.12]. */
export class SecretMask {
  /** How many more lines the private key that was begun may have; 0 outside of one. */
  #keyLines = 0
  /** The end of the line before, as it was. */
  #tail = ''

  /** The next text without its secrets: the very same string where it has none. */
  mask(source: string): string {
    const visible = STEERS.test(source) ? visibleText(source) : null
    const text = visible?.text ?? source
    const ranges = [...secretsIn(text), ...this.#acrossLines(text)]
    return ranges.length === 0 ? source : hidden(source, ranges, visible)
  }

  /** Another source begins: what was open there stays so for good. */
  reset(): void {
    this.#keyLines = 0
    this.#tail = ''
  }

  #acrossLines(text: string): Range[] {
    const found: Range[] = []
    let at = 0
    for (const line of text.split('\n')) {
      this.#inKey(line, at, found)
      this.#continued(line, at, found)
      at += line.length + 1
    }
    return found
  }

  /** Finds what a line begins with, where that goes on with a secret which the line before has begun. */
  #continued(line: string, at: number, found: Range[]): void {
    if (line === '') return
    const tail = this.#tail
    const begin = tail === '' || DATE.test(line) ? '' : (CONTINUATION.exec(line)?.[0] ?? '')
    this.#tail = (begin.length === line.length ? tail + line : line).slice(-TAIL)
    if (begin === '' || !isRandom(begin, 2)) return
    const joined = secretsIn(tail + line.slice(0, begin.length + 2))
    const isCut = joined.some(({ from, to }) => from <= tail.length && to > tail.length)
    if (isCut) found.push({ from: at, to: at + begin.length })
  }

  /** Finds what can be a part of a private key, within one: other agents' lines may come between its own. */
  #inKey(line: string, at: number, found: Range[]): void {
    const before = this.#keyLines === 0 && this.#tail.includes('-----') ? this.#tail.slice(-EDGE) : ''
    if (this.#keyLines === 0 && before === '' && !line.includes('-----')) return
    let from = 0
    let left = this.#keyLines
    const take = (to: number) => {
      for (const { index, 0: part } of left > 0 ? line.slice(from, to).matchAll(KEY_BODY) : []) {
        if (part.length < SHORTEST_BODY && !part.endsWith('=')) continue
        found.push({ from: at + from + index, to: at + from + index + part.length })
      }
    }
    for (const { index, 0: edge, 1: which } of (before + line).matchAll(KEY_EDGE)) {
      const end = index + edge.length - before.length
      // The line before holds the whole of it.
      if (end <= 0) continue
      take(Math.max(0, index - before.length))
      from = end
      left = which === 'BEGIN' ? LONGEST_KEY : 0
    }
    take(line.length)
    this.#keyLines = Math.max(0, left - 1)
  }
}

/** Where a sequence that steers a terminal may begin. */
const STEERS = /[\u0007\u001b\u0080-\u009f]/

/** The source without what those ranges of its visible text hold; sequences within them stay, for what follows. */
function hidden(source: string, ranges: readonly Range[], visible: VisibleText | null): string {
  const parts: string[] = []
  let at = 0
  for (const { from, to } of merged(ranges)) {
    const range = visible ? sourceRange(visible, from, to) : { from, to }
    parts.push(source.slice(at, range.from), MASK, visible ? sequencesIn(source.slice(range.from, range.to)) : '')
    at = range.to
  }
  parts.push(source.slice(at))
  return parts.join('')
}

/** What a terminal does not show of a text. */
function sequencesIn(text: string): string {
  let sequences = ''
  let at = 0
  for (const { from, length } of visibleText(text).stretches) {
    sequences += text.slice(at, from)
    at = from + length
  }
  return sequences
}

/** In their order, and none within another. */
function merged(ranges: readonly Range[]): Range[] {
  const all: Range[] = []
  for (const range of ranges.toSorted((a, b) => a.from - b.from)) {
    const last = all.at(-1)
    if (last && range.from < last.to) last.to = Math.max(last.to, range.to)
    else all.push({ ...range })
  }
  return all
}
