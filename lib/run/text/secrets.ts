import { isRandom, secretsIn, type Range } from './secret-search'
import { sourceRange, visibleText, type VisibleText } from './terminal-text'

/**
 * Finds secrets in the output of agents and backends, and masks them: `sk-ant-•••`. The part that names a secret's kind is kept,
 * so that a reader knows what was masked. The search reads the text that a terminal shows, so colours inside a secret do not
 * hide it [SAFE-4.11]. Every pattern takes time in proportion to the text, for any text [SAFE-4].
 */

const MASK = '•••'

const KEY_EDGE = /-----(BEGIN|END) ?[A-Z0-9 ]{0,40}PRIVATE ?KEY(?: ?BLOCK)?-----/g
const KEY_BODY = /[A-Za-z0-9+/]{4,}={0,2}/g
/** A shorter stretch of a key ends in padding, characters. */
const SHORTEST_BODY = 16
/** No private key has more lines; if the end of a key does not come, masking stops after so many [SAFE-5]. */
const LONGEST_KEY = 200
/** The first line holds at most this much of a private key's edge that is cut between two lines, characters. */
const EDGE = 64

/** How much of a line's end is kept, for secrets that are cut between two lines, characters. */
const TAIL = 256
/** The beginning of a line that may continue a secret of the line before. */
const CONTINUATION = /^[\w.~+/=-]{12,}(?=$|[\s"'`,;)\]}\\])/
const DATE = /^\d{4}-\d\d-\d\d/

/** Masks the secrets of one text. Masking it again changes nothing [SAFE-4]. */
export const masked = (text: string): string => new SecretMask().mask(text)

/** Masks the secrets of texts that follow each other, such as the lines of a log: a secret may be cut between two [SAFE-4.12]. */
export class SecretMask {
  /** How many more lines the current private key may have; 0 outside of a key. */
  #keyLines = 0
  /** The end of the line before, unmasked. */
  #tail = ''

  /** Masks the secrets of the next text; returns the same string if it has none. */
  mask(source: string): string {
    const visible = STEERS.test(source) ? visibleText(source) : null
    const text = visible?.text ?? source
    const ranges = [...secretsIn(text), ...this.#acrossLines(text)]
    return ranges.length === 0 ? source : hidden(source, ranges, visible)
  }

  /** Another source begins: an unfinished secret of the source before does not continue. */
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

  /** Finds the beginning of a line that continues a secret of the line before. */
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

  /** Finds the parts of the line that can belong to the current private key: lines of other agents may come between its own. */
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
      // The line before holds the whole edge.
      if (end <= 0) continue
      take(Math.max(0, index - before.length))
      from = end
      left = which === 'BEGIN' ? LONGEST_KEY : 0
    }
    take(line.length)
    this.#keyLines = Math.max(0, left - 1)
  }
}

/** Where a sequence that controls a terminal may begin. */
const STEERS = /[\u0007\u001b\u0080-\u009f]/

/** Masks those ranges of the visible text in the source. Sequences inside a range stay, because they affect the text after it. */
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

/** The parts of a text that a terminal does not show. */
function sequencesIn(text: string): string {
  let sequences = ''
  let at = 0
  for (const { from, length } of visibleText(text).stretches) {
    sequences += text.slice(at, from)
    at = from + length
  }
  return sequences
}

/** The ranges in their order; overlapping ones are joined. */
function merged(ranges: readonly Range[]): Range[] {
  const all: Range[] = []
  for (const range of ranges.toSorted((a, b) => a.from - b.from)) {
    const last = all.at(-1)
    if (last && range.from < last.to) last.to = Math.max(last.to, range.to)
    else all.push({ ...range })
  }
  return all
}
