import { mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ConfigError } from '../config'
import { EndedSessions, MAX_ENDED } from './ended-sessions'
import { createLog } from '../log'
import { silent } from '../../testing/server/fake-hub'

let folder: string
let dataDir: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'groundtruth-ended-'))
  dataDir = join(folder, 'data')
})
afterEach(() => rm(folder, { recursive: true }))

const now = Date.parse('2026-01-02T03:04:05.000Z')
const session = (id: string, endsAt = now + 1_000) => ({ id, tokenHash: 'a'.repeat(64), endsAt })
const open = () => new EndedSessions({ dataDir, log: silent })
const file = () => join(dataDir, 'signed-out')

it('[SAFE-3.29] who has signed out has done so past a restart, and the file holds nothing that opens a session', async () => {
  open().add(session('one'), now)
  open().add(session('two'), now)
  const after = open()
  expect(['one', 'two', 'three'].map(id => after.has(id))).toEqual([true, true, false])
  expect(await readFile(file(), 'utf8')).not.toMatch(/one|two/)
  expect((await stat(file())).mode & 0o777).toBe(0o600)
})

it('[SAFE-3] what somebody has put in the file’s place is not followed', async () => {
  const elsewhere = join(folder, 'elsewhere')
  await writeFile(elsewhere, 'mine')
  await mkdir(dataDir)
  await symlink(elsewhere, `${file()}.new`)
  open().add(session('one'), now)
  expect(await readFile(elsewhere, 'utf8')).toBe('mine')
  expect(open().has('one')).toBe(true)
})

it('[SAFE-5] those that would have ended by themselves are forgotten', async () => {
  const ended = open()
  ended.add(session('short', now + 10), now)
  ended.add(session('long', now + 1_000), now + 10)
  expect(['short', 'long'].map(id => ended.has(id))).toEqual([false, true])
  expect((await readFile(file(), 'utf8')).split('\n')).toHaveLength(2)
})

it('[SAFE-5.84] beyond 10,000 the one that was signed out longest ago counts again', async () => {
  const lines = Array.from({ length: MAX_ENDED }, (_, n) => `${n.toString(16).padStart(64, '0')} ${now + 1_000}\n`)
  await mkdir(dataDir)
  await writeFile(file(), lines.join(''))
  const ended = open()
  ended.add(session('one'), now)
  const left = (await readFile(file(), 'utf8')).split('\n').filter(line => line !== '')
  expect(left).toHaveLength(MAX_ENDED)
  expect(left[0]).toBe(lines[1]?.trim())
  expect(ended.has('one')).toBe(true)
})

it('[SAFE-3.30] what can’t be written down holds while the server runs, is told, and is written with the next', async () => {
  const told: string[] = []
  await writeFile(dataDir, 'in the way')
  await expect(async () => open()).rejects.toThrow(ConfigError)
  await rm(dataDir)
  const ended = new EndedSessions({ dataDir, log: createLog('error', { write: line => told.push(line) }) })
  await writeFile(dataDir, 'in the way')
  ended.add(session('one'), now)
  expect(ended.has('one')).toBe(true)
  expect(told.join()).toContain('who signed out can’t be written down')
  await rm(dataDir)
  ended.add(session('two'), now)
  expect(told).toHaveLength(1)
  expect(['one', 'two'].map(id => open().has(id))).toEqual([true, true])
})

it('[SAFE-1.9] a file that can’t be read is a reason not to start, and lines that say nothing are none', async () => {
  open().add(session('one'), now)
  await writeFile(file(), `nonsense\n${await readFile(file(), 'utf8')}\n__proto__ 5\n`)
  expect(open().has('one')).toBe(true)
  await rm(file())
  await mkdir(file())
  expect(open).toThrow(/^DATA_DIR: .*signed-out can't be read .*nobody knows who has signed out/)
})
