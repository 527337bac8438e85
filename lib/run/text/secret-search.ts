import { TOKENS } from './token-patterns'

/** A range of a text, from `from` up to but not including `to`. */
export interface Range {
  from: number
  to: number
}

/** The patterns of names are tried only on a text that matches this. */
const NAMED = /key|secret|token|passw|passphrase|[_.-]pass\b|pwd|credential|auth|bearer|cookie/i

const AUTHORIZATION =
  /(authorization\\?["']?\s{0,4}[:=]\s{0,4}\\?["']?(?:\w{1,20}\s{1,4})?|\bbearer\s{1,4})([\w.~+/=-]{6,})(•?)/gi
const AWS_SECRET = /(aws_?secret_?access_?key\\?["']?\s{0,4}[:=]\s{0,4}\\?["']?)[A-Za-z0-9/+=]{40,}/gi

const COOKIES = /(cookie2?\\?["']?\s{0,4}[:=]\s{0,4}\\?["']?)([\w!#$%&*+^~-][^\r\n"'\\]{0,8191})/gi
const COOKIE = /(?<=^|[;,\s])([\w.!#$%&*+^~-]{1,256}=)([^\s;,•\u0000-\u001f\u007f-\u009f]{1,4096})/g
/** The names in a `Set-Cookie` that are no cookie's. */
const ATTRIBUTE = /^(?:path|domain|expires|max-age|samesite|priority)=$/i

const PASSWORDS = 'password|passwd|passphrase|pwd|(?<=[a-z0-9][_.-])pass'
const NAMES = `api[_-]?key|access[_-]?key|account[_-]?key|secret[_-]?key|private[_-]?key|preshared[_-]?key|secret|token|credential|_auth|${PASSWORDS}`
/** Control characters are no part of a value: one may have cut off an escape sequence that would otherwise go on. */
const STEERS = String.raw`\u0000-\u001f\u007f-\u009f`
/** A value in quotes that are closed, or a bare one with what follows it. */
const ASSIGNMENT = new RegExp(
  String.raw`((?:${NAMES})\\?["'\x60]?\s{0,4}(?::=|=>|[:=])\s{0,4})` +
    String.raw`(?:(\\?["'\x60])([^"'\x60\s\\•${STEERS}]{6,})(?=\\?["'\x60])|([^\s"'\x60\\,;&()[\]{}<>|•${STEERS}]{8,})([([•]?))`,
  'gi',
)
/** A password may be a plain word, if the assignment is written as in programs and not as in prose. */
const PASSWORD = new RegExp(
  String.raw`((?:${PASSWORDS})(?:=|\\?["']\s?:\s?)\\?["']?)([A-Za-z\d][\w!#%+/@^~-]{5,511})(?=$|[\s"'\\&;,)\]}])`,
  'gi',
)
/** A key of any kind: only a long and random value counts. */
const ANY_KEY =
  /([a-z0-9][_-]key(?:[_-](?:base|data))?\\?["'`]?\s{0,4}(?::=|=>|[:=])\s{0,4}\\?["'`]?)([\w+/=-]{20,512})(?=$|[\s"'`\\,;&)\]}])/gi
/** An option of a command, and its value as the next word. */
const OPTION =
  /((?:^|\s)--?(?:password|passwd|pass|(?:auth-|access-)?token|api-?key|secret(?:-key)?)\s{1,2}["']?)([\w!#%+/=@^~.:-]{6,512})(?=$|[\s"'\\])/gi
const CURL_USER =
  /(curl\b[^\n]{0,200}?\s(?:-u|--user)\s{0,2}["']?[^\s:"'\\]{1,64}:)([^\s"'•$\\\u0000-\u001f\u007f-\u009f][^\s"'•\\\u0000-\u001f\u007f-\u009f]{3,255})/g
/** Values in the place of a password, in programs and their messages, that are no password. */
const NO_PASSWORD =
  /^(?:\w*password\w*|passwd|passphrase|string|undefined|required|optional|invalid|missing|redacted|hidden|masked|(?:user|input|get|set|new|old|my|your|the|this|self|args?|options?|config|env|req|db|default)(?:[_A-Z]\w*)?)$/i

/**
 * Finds the secrets of a visible text, except private keys, in any order. A secret that one pattern has found is masked for the
 * next patterns, with the same number of characters.
 */
export function secretsIn(text: string): readonly Range[] {
  const search = new Search(text)
  for (const { hint, pattern } of TOKENS) if (text.includes(hint)) search.take(pattern)
  if (text.includes('curl')) takeCurlUsers(search)
  if (!NAMED.test(text)) return search.found
  search.take(AWS_SECRET)
  search.take(AUTHORIZATION, ([, lead = '', value = '', after = '']) =>
    after === '' && (isRandom(value, 1) || isBasic(lead, value))
      ? [{ from: lead.length, to: lead.length + value.length }]
      : [],
  )
  search.take(COOKIES, ([, lead = '', pairs = '']) => valuesIn(pairs, lead.length))
  search.take(ASSIGNMENT, ([, lead = '', quote, quoted = '', bare = '', after]) => {
    const [value, from] = quote === undefined ? [bare, lead.length] : [quoted, lead.length + quote.length]
    const isSecret = quote === undefined ? after === '' && isSecretText(bare, 2) : isSecretText(quoted)
    return isSecret ? [{ from, to: from + value.length }] : []
  })
  search.take(ANY_KEY, ([, lead = '', value = '']) =>
    isKey(value) ? [{ from: lead.length, to: lead.length + value.length }] : [],
  )
  search.take(OPTION, ([, lead = '', value = '']) =>
    isSecretText(value) ? [{ from: lead.length, to: lead.length + value.length }] : [],
  )
  search.take(PASSWORD, ([, lead = '', value = '']) =>
    NO_PASSWORD.test(value) || !isSecretText(value, 0) ? [] : [{ from: lead.length, to: lead.length + value.length }],
  )
  return search.found
}

/** Until the first one is masked, its pattern does not reach a second one behind it. */
function takeCurlUsers(search: Search): void {
  for (let pass = 0, before = -1; pass < MOST_CURL_USERS && search.found.length > before; pass += 1) {
    before = search.found.length
    search.take(CURL_USER)
  }
}

const MOST_CURL_USERS = 4

class Search {
  readonly found: Range[] = []

  #left: string

  /** @param left the text; secrets that are found are masked in it */
  constructor(left: string) {
    this.#left = left
  }

  /** Takes the ranges of each match that `secrets` returns, relative to the match: by default, all that follows the first group. */
  take(pattern: RegExp, secrets: (match: RegExpExecArray) => readonly Range[] = afterLead): void {
    const parts: string[] = []
    let at = 0
    pattern.lastIndex = 0
    for (let match = pattern.exec(this.#left); match; match = pattern.exec(this.#left)) {
      const found = secrets(match)
      if (found.length === 0) pattern.lastIndex = searchAgainFrom(match, pattern.lastIndex)
      for (const secret of found) {
        const [from, to] = [match.index + secret.from, match.index + secret.to]
        this.found.push({ from, to })
        parts.push(this.#left.slice(at, from), '•'.repeat(to - from))
        at = to
      }
    }
    if (at > 0) this.#left = parts.join('') + this.#left.slice(at)
  }
}

/** The length of the longest name of a secret, and more, in characters. */
const LONGEST_NAME = 64

/**
 * Where the search goes on after a match that holds no secret: its end may be the name of one, for example if an assignment follows a
 * path without a space. So at most the end of a match is searched twice.
 */
const searchAgainFrom = ({ index, 1: lead = '' }: RegExpExecArray, end: number): number =>
  Math.max(index + lead.length + 1, end - LONGEST_NAME)

const afterLead = ([whole, lead = '']: RegExpExecArray): Range[] => [{ from: lead.length, to: whole.length }]

function valuesIn(pairs: string, from: number): Range[] {
  const values: Range[] = []
  for (const { index, 1: name = '', 2: value = '' } of pairs.matchAll(COOKIE)) {
    const at = from + index + name.length
    if (!ATTRIBUTE.test(name)) values.push({ from: at, to: at + value.length })
  }
  return values
}

/** Whether the value looks like a name and a password in the Base64 of basic authentication. */
const isBasic = (lead: string, value: string): boolean =>
  /basic\s+$/i.test(lead) && /^[A-Za-z0-9+/]{8,}={0,2}$/.test(value) && /[A-Z]/.test(value)

/** Hexadecimal digits, or small and large letters and digits. */
const isKey = (value: string): boolean =>
  /^(?=[a-f]*\d)[0-9a-f]{24,}$/i.test(value) ||
  [/[a-z]/, /[A-Z]/, /\d/, /^[A-Za-z0-9+/]+={0,2}$/].every(kind => kind.test(value))

/** Whether the assigned value looks like a secret: it is no path, URL, variable or expression of a program. */
function isSecretText(value: string, digits = 1): boolean {
  const names = /^(?:[.~]*\/|[$%*<{=])|:\/\/|^[A-Za-z_$][\w$]*(?:[.?!]+[A-Za-z_$][\w$]*)+$/
  if (/^s\.[A-Za-z0-9]{24}$/.test(value)) return true
  return !names.test(value) && (digits === 0 || isRandom(value, digits))
}

/** Whether the value has letters and at least `digits` digits, or more mixed letters than an identifier usually has. */
export function isRandom(value: string, digits: number): boolean {
  if (!/[A-Za-z]/.test(value)) return false
  if (/^[A-Za-z0-9+/]{12,}={1,2}$/.test(value) && /[A-Z]/.test(value)) return true
  if (value.replace(/\D/g, '').length >= digits) return true
  return digits === 1 && value.length >= 16 && /[a-z]/.test(value) && /[A-Z=]/.test(value)
}
