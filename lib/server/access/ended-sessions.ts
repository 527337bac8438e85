import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ConfigError, noFolder } from '../config'
import type { Log } from '../log'
import type { Session } from './session'

/** How many signed-out sessions are remembered, each until it would have expired anyway [SAFE-5]. */
export const MAX_ENDED = 10_000

/**
 * A line of the file: the hash of a session's id, and when the session would have expired, ms. No cookie can be made from the
 * hash.
 */
const LINE = /^([0-9a-f]{64}) (\d{1,15})$/

/** Sessions that were signed out before they expired. With a data folder, they are kept there across restarts. */
export class EndedSessions {
  /** When each session would have expired, ms, by the hash of its id; the session that was signed out first comes first. */
  readonly #until = new Map<string, number>()

  readonly #kept: { dataDir: string; log: Log } | undefined

  /** Throws a `ConfigError` if the file exists and can't be read: without it, signed-out cookies would count again. */
  constructor(kept?: { dataDir: string; log: Log }) {
    this.#kept = kept

    if (kept === undefined) return
    for (const line of read(pathIn(kept.dataDir)).split('\n')) {
      const [, hash, until] = LINE.exec(line) ?? []
      if (hash !== undefined) this.#until.set(hash, Number(until))
    }
  }

  /** The session is on disk when this returns. If the folder can't be written, the log says so. */
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

  /**
   * Writes the whole list, atomically: entries that could not be written before are included, and a reader never finds half a
   * file.
   */
  #write(): void {
    if (this.#kept === undefined) return
    const { dataDir, log } = this.#kept
    const path = pathIn(dataDir)
    try {
      mkdirSync(dataDir, { recursive: true, mode: 0o700 })
      const lines = [...this.#until].map(([hash, until]) => `${hash} ${until}\n`)
      // Always create a new file: an existing one may be a link to another file.
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
