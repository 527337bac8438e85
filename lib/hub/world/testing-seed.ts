import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const LIB = join(import.meta.dirname, '../..')

/**
 * A seed that is the code's own: the same code is told the same stories, so that what passes or fails does so every time; other
 * code is told others, so that all changes together go through ever more of them.
 */
export function seedOfCode(): number {
  const files = readdirSync(LIB, { recursive: true, encoding: 'utf8' })
    .filter(name => /\.tsx?$/.test(name))
    .sort()
  const hash = createHash('sha256')
  for (const name of files) hash.update(name).update(readFileSync(join(LIB, name)))
  return hash.digest().readUInt32BE() >>> 1
}
