import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigError, noFolder } from '../config'

/** How many characters a secret must have at least. */
export const MIN_SECRET = 32

/**
 * The secret that signs session cookies: kept in the data folder, readable by its owner alone, and made at the first start. Throws
 * a `ConfigError` if it can be neither read nor made.
 */
export function keptSecret(dataDir: string): string {
  const path = join(dataDir, 'session-secret')
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    return read(path) ?? make(path)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw (
      noFolder(dataDir, error) ??
      new ConfigError([`DATA_DIR: ${path} can't be kept (${why}). Set SESSION_SECRET instead.`])
    )
  }
}

function make(path: string): string {
  const secret = randomBytes(32).toString('base64url')
  writeFileSync(path, `${secret}\n`, { mode: 0o600, flag: 'wx' })
  return secret
}

function read(path: string): string | undefined {
  try {
    const secret = readFileSync(path, 'utf8').trim()
    if (secret.length < MIN_SECRET) throw new Error(`it holds less than ${MIN_SECRET} characters`)
    return secret
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
