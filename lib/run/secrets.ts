/**
 * Finds secrets in what agents and backends print, and masks them: `sk-ant-•••`. What names a secret's kind is kept, so
 * that a reader understands. Every pattern takes time in proportion to the text, whatever that holds [SAFE-4].
 */

const MASK = '•••'

/** Where a word begins, also after an escaped line break within JSON. */
const WORD = String.raw`(?<=^|[^\w•-]|\\[nrt])`

/** Keys that tell their kind themselves: what the first group holds is kept. */
const KEYS: readonly RegExp[] = [
  /(sk-(?:ant|proj|svcacct|admin|or-v1)-|glpat-|github_pat_|xox[abeoprs]-)[\w-]{12,}/g,
  /(gh[pousr]_|npm_|[rs]k_(?:live|test)_|whsec_)[A-Za-z0-9]{16,}/g,
  /(AIza)[\w-]{30,}/g,
  /(A[KS]IA)[A-Z0-9]{16}/g,
  new RegExp(`${WORD}(sk-)[A-Za-z0-9]{20,}`, 'g'),
  /** A JSON web token: three parts, of which the first is the beginning of a JSON object. */
  new RegExp(String.raw`${WORD}(eyJ)[\w-]{8,}\.[\w-]{8,}\.[\w-]*`, 'g'),
  /(aws_?secret_?access_?key\\?["']?\s{0,4}[:=]\s{0,4}\\?["']?)[A-Za-z0-9/+=]{40,}/gi,
  /** The password in a URL. */
  /(:\/\/[^\s/@:"']{0,256}:)[^\s/@"'•]{1,512}(?=@)/g,
]

const AUTHORIZATION =
  /(authorization\\?["']?\s{0,4}[:=]\s{0,4}\\?["']?(?:\w{1,20}\s{1,4})?|\bbearer\s{1,4})([\w.~+/=-]{8,})(•?)/gi

const NAMES = 'api[_-]?key|access[_-]?key|secret[_-]?key|private[_-]?key|secret|token|password|passwd|passphrase'
/** A value in quotes that are closed, or a bare one with what follows it. */
const ASSIGNMENT = new RegExp(
  String.raw`((?:${NAMES})\\?["'\x60]?\s{0,4}(?::=|=>|[:=])\s{0,4})` +
    String.raw`(?:(\\?["'\x60])([^"'\x60\s\\•]{6,})(?=\\?["'\x60])|([^\s"'\x60\\,;&()[\]{}<>|•]{8,})([([•]?))`,
  'gi',
)

const KEY_EDGE = /-----(BEGIN|END) [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g
const KEY_BODY = /[A-Za-z0-9+/]{4,}={1,2}|[A-Za-z0-9+/]{16,}/g
/** No private key has more lines; where its end does not come, masking goes no further [SAFE-5]. */
const LONGEST_KEY = 200

/** Masks the secrets of one text. Masking it again changes nothing [SAFE-4]. */
export const masked = (text: string): string => new SecretMask().mask(text)

/** Masks the secrets of texts that follow each other, such as the lines of a log: a private key may span many. */
export class SecretMask {
  /** How many more lines the private key that was begun may have; 0 outside of one. */
  private keyLines = 0

  /** The next text without its secrets: the very same string where it has none. */
  mask(text: string): string {
    if (this.keyLines === 0 && !text.includes('-----BEGIN ')) return withoutTokens(text)
    const parts: string[] = []
    let from = 0
    let left = this.keyLines
    for (const edge of text.matchAll(KEY_EDGE)) {
      parts.push(this.part(text.slice(from, edge.index), left > 0), edge[0])
      from = edge.index + edge[0].length
      left = edge[1] === 'BEGIN' ? LONGEST_KEY : 0
    }
    const rest = text.slice(from)
    parts.push(this.part(rest, left > 0))
    this.keyLines = Math.max(0, left - rest.split('\n').length)
    return parts.join('')
  }

  /** Another source begins: what was open there stays so for good. */
  reset(): void {
    this.keyLines = 0
  }

  /** In a key only what can be a part of it is masked: other agents' lines may come between its own. */
  private part(text: string, inKey: boolean): string {
    return withoutTokens(inKey ? text.replace(KEY_BODY, MASK) : text)
  }
}

function withoutTokens(text: string): string {
  let found = text
  for (const pattern of KEYS) found = found.replace(pattern, `$1${MASK}`)
  found = found.replace(AUTHORIZATION, (all: string, lead: string, value: string, after: string) =>
    after === '' && isRandom(value, 1) ? lead + MASK : all,
  )
  return found.replace(ASSIGNMENT, (...[all, lead, quote, quoted, bare, after]: string[]) => {
    if (quote !== undefined) return isSecretText(quoted ?? '') ? `${lead ?? ''}${quote}${MASK}` : (all ?? '')
    return after === '' && isSecretText(bare ?? '', 2) ? `${lead ?? ''}${MASK}` : (all ?? '')
  })
}

/** What is assigned is no path, no URL, no variable, and no expression of a program. */
function isSecretText(value: string, digits = 1): boolean {
  const names = /^(?:[.~]*\/|[$%*<{=])|:\/\/|^[A-Za-z_$][\w$]*(?:[.?!]+[A-Za-z_$][\w$]*)+$/
  return !names.test(value) && isRandom(value, digits)
}

/** Letters with so many digits among them at least, or more letters than a word of a program's own usually has. */
function isRandom(value: string, digits: number): boolean {
  if (!/[A-Za-z]/.test(value)) return false
  if (value.replace(/\D/g, '').length >= digits) return true
  return digits === 1 && value.length >= 16 && /[a-z]/.test(value) && /[A-Z=]/.test(value)
}
