import { readFileSync, statSync } from 'node:fs'
import { ConfigError } from './config'
import type { Log } from './log'
import { parseTokens, type Tokens } from './tokens'

/** How often the file is looked at, ms. Asking for its state also sees what is mounted or renamed into place. */
const LOOK_MS = 500

/** The tokens in a file, as it is now: one that is taken out stops working within half a second [SAFE-3]. */
export class TokensFile {
  #tokens: Tokens = new Map()
  /** What the file was when it was read last: a change after that is seen, however soon. */
  #seen: string | null = null
  readonly #looking: NodeJS.Timeout

  readonly #path: string
  readonly #log: Log
  readonly #changed: () => void

  /** Throws a `ConfigError` where the file can't be read now. `changed` is called after every later change. */
  constructor(path: string, log: Log, changed: () => void) {
    this.#path = path
    this.#log = log
    this.#changed = changed

    try {
      this.#read()
    } catch (error) {
      const make = 'npm run -s token -- <name> --role operator prints a line for it.'
      throw new ConfigError([
        `TOKENS_FILE: ${path} can't be read (${codeOf(error)}). Set it to a file of tokens: ${make}`,
      ])
    }
    this.#looking = setInterval(() => this.#look(), LOOK_MS).unref()
  }

  get tokens(): Tokens {
    return this.#tokens
  }

  close(): void {
    clearInterval(this.#looking)
  }

  #look(): void {
    if (standing(this.#path) === this.#seen) return
    try {
      this.#read()
    } catch (error) {
      // Nobody knows whose tokens still count, so none does.
      this.#tokens = new Map()
      this.#log.error({ file: this.#path, err: error }, 'the tokens can’t be read: nobody can sign in')
    }
    this.#changed()
  }

  #read(): void {
    this.#seen = standing(this.#path)
    const { tokens, problems } = parseTokens(readFileSync(this.#path, 'utf8'))
    this.#tokens = tokens
    this.#log.info({ file: this.#path, tokens: tokens.size }, 'tokens read')
    if (problems.length > 0)
      this.#log.warn({ file: this.#path, problems: problems.slice(0, 10) }, 'tokens that do not count')
  }
}

/** What another file at the same path, or another content of it, does not share; null where there is none. */
function standing(path: string): string | null {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true })
    return [dev, ino, size, mtimeNs, ctimeNs].join(' ')
  } catch {
    return null
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error)
