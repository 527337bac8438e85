import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ConfigError, noFolder } from './config'
import type { Log } from './log'
import type { Session } from './session'

/** How many signed-out sessions are remembered until they would have ended anyway [SAFE-5]. */
export const MAX_ENDED = 10_000

/** A session's id as its hash, so that nobody can make a cookie of the file, and when it would have ended, ms. */
const LINE = /^([0-9a-f]{64}) (\d{1,15})$/

/** Sessions that were signed out before their time; where there is a folder they are kept there, past a restart. */
export class EndedSessions {
  /** Until when, by hash; the one that was signed out first stands first. */
  readonly #until = new Map<string, number>()

  readonly #kept: { dataDir: string; log: Log } | undefined

  /** Throws a `ConfigError` where there is a file that can't be read: nobody would know whose cookies still count. */
  constructor(kept?: { dataDir: string; log: Log }) {
    this.#kept = kept

    if (kept === undefined) return
    for (const line of read(pathIn(kept.dataDir)).split('\n')) {
      const [, hash, until] = LINE.exec(line) ?? []
      if (hash !== undefined) this.#until.set(hash, Number(until))
    }
  }

  /** It is written down when this returns. A folder that can't be written is told in the log. */
  add({ id, endsAt }: Session, now: number): void {
    for (const [hash, until] of this.#until) if (until <= now) this.#until.delete(hash)
    this.#until.set(hashOf(id), endsAt)
    const [oldest] = this.#until.keys()
    if (this.#until.size > MAX_ENDED && oldest !== undefined) this.#until.delete(oldest)
    this.#write()
  }

  has(id: string): boolean {
    return this.#until.has(hashOf(id))
  }

  /** All of them, and at once: what could not be written before is written now, and no reader finds half a file. */
  #write(): void {
    if (this.#kept === undefined) return
    const { dataDir, log } = this.#kept
    const path = pathIn(dataDir)
    try {
      mkdirSync(dataDir, { recursive: true, mode: 0o700 })
      const lines = [...this.#until].map(([hash, until]) => `${hash} ${until}\n`)
      // A new file: one that somebody has put there may be a link to another.
      rmSync(`${path}.new`, { force: true })
      writeFileSync(`${path}.new`, lines.join(''), { mode: 0o600, flag: 'wx' })
      renameSync(`${path}.new`, path)
    } catch (error) {
      log.error(
        { err: error, path },
        'who signed out can’t be written down: after a restart a copied cookie counts again',
      )
    }
  }
}

const pathIn = (dataDir: string) => join(dataDir, 'signed-out')

const hashOf = (id: string) => createHash('sha256').update(id).digest('hex')

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
    const why = error instanceof Error ? error.message : String(error)
    const unreadable = new ConfigError([
      `DATA_DIR: ${path} can't be read (${why}), so nobody knows who has signed out. Make it readable, or remove it: then every session that was signed out counts again.`,
    ])
    throw noFolder(dirname(path), error) ?? unreadable
  }
}
