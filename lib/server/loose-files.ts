import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from './config'

/** The permission bits that other users of this machine must not have. */
const WRITE = 0o022
const READ_OR_WRITE = 0o077

/**
 * Names the files that control access and that other users of this machine can change or read. Each sentence says what to do
 * [SAFE-1.1]. Empty on Windows, which has no such bits.
 */
export function looseFiles({ dataDir, access: { authentication } }: Pick<Config, 'dataDir' | 'access'>): string[] {
  if (process.platform === 'win32') return []
  const tokens = authentication?.tokens
  return [
    ...looseFile('DATA_DIR', dataDir, WRITE, 'chmod 700'),
    ...looseFile('DATA_DIR', join(dataDir, 'session-secret'), READ_OR_WRITE, 'chmod 600'),
    ...(tokens && 'file' in tokens ? looseFile('TOKENS_FILE', tokens.file, WRITE, 'chmod 600') : []),
  ]
}

function looseFile(variable: string, path: string, bits: number, mend: string): string[] {
  const mode = (statSync(path, { throwIfNoEntry: false })?.mode ?? 0) & 0o777
  if ((mode & bits) === 0) return []
  const may = (mode & bits & WRITE) === 0 ? 'read' : 'changed'
  return [
    `${variable}: ${path} can be ${may} by other users of this machine (mode ${mode.toString(8)}). Run ${mend} on it.`,
  ]
}
