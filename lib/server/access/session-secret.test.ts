import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { keptSecret, MIN_SECRET } from './session-secret'

let folder: string
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'groundtruth-secret-'))))
afterEach(() => rm(folder, { recursive: true }))

it('[SAFE-1.8] [SAFE-3] is made once, kept, and for its owner’s eyes alone', async () => {
  const dataDir = join(folder, 'made', 'here')
  const secret = keptSecret(dataDir)
  expect(secret.length).toBeGreaterThanOrEqual(MIN_SECRET)
  expect(keptSecret(dataDir)).toBe(secret)
  expect((await stat(join(dataDir, 'session-secret'))).mode & 0o777).toBe(0o600)
  expect((await stat(dataDir)).mode & 0o777).toBe(0o700)
  expect(keptSecret(join(folder, 'other'))).not.toBe(secret)
})

it('[SAFE-1.8] [SAFE-3] too short a one is refused, and not replaced behind anybody’s back', async () => {
  await writeFile(join(folder, 'session-secret'), 'short')
  expect(() => keptSecret(folder)).toThrow(/^DATA_DIR: .*less than 32 characters.*SESSION_SECRET/)
})

it('[SAFE-1.8] says what to do where the folder can’t be had', async () => {
  await writeFile(join(folder, 'file'), '')
  expect(() => keptSecret(join(folder, 'file'))).toThrow(/^DATA_DIR: \S+\/file is no folder\. Set it to one\.$/)
})
