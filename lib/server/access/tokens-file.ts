import { readFileSync, statSync } from 'node:fs'
import { ConfigError } from '../config'
import type { Log } from '../log'
import { parseTokens, type Tokens } from './tokens'

/** How often the file's state is checked, ms. Unlike a watcher, a check also sees a file that is mounted or renamed into place. */
const LOOK_MS = 500

/** The tokens in a file, as the file is now. A token that is removed from it stops working within 0.5 s [SAFE-3]. */
export class TokensFile {
  #tokens: Tokens = new Map()
  /** The file's state before it was last read, so that every later change is seen. */
  #seen: string | null = null
  readonly #looking: NodeJS.Timeout

  readonly #path: string
  readonly #log: Log
  readonly #changed: () => void

  /**
   * Throws a `ConfigError` if the file can't be read now.
   * @param changed called after every later change
   */
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
      // It is unknown which tokens are still valid, so none is.
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

/** Identifies a file and its content: another file or other content gives another text. Null if there is no file. */
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
