import { writeFileSync } from 'node:fs'
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { ConfigError } from '../config'
import { createLog } from '../log'
import { makeToken, tokenOf } from './tokens'
import { TokensFile } from './tokens-file'

const [ann, vic] = [makeToken('ann', 'operator'), makeToken('vic', 'viewer')]
let folder: string
let path: string
let file: TokensFile | undefined
const lines: string[] = []
const changed = vi.fn()

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'groundtruth-tokens-'))
  path = join(folder, 'tokens')
  await writeFile(path, `${ann.line}\n${vic.line}\n`)
})
afterEach(async () => {
  file?.close()
  lines.length = 0
  changed.mockClear()
  await rm(folder, { recursive: true })
})

const open = () => (file = new TokensFile(path, createLog('info', { write: text => lines.push(text) }), changed))
const known = (tokens: TokensFile) => [ann, vic].map(({ secret }) => tokenOf(tokens.tokens, secret)?.name)

it('[SAFE-3.31] forgets a token that is taken out, and tells of it', async () => {
  const tokens = open()
  expect(known(tokens)).toEqual(['ann', 'vic'])
  await writeFile(path, vic.line)
  await vi.waitFor(() => expect(known(tokens)).toEqual([undefined, 'vic']))
  expect(changed).toHaveBeenCalled()
})

it('[SAFE-3.31] sees a change that comes as soon as it has been read, whatever its length', async () => {
  const tokens = open()
  writeFileSync(path, `${vic.line}\n${'#'.repeat(ann.line.length)}`)
  await vi.waitFor(() => expect(known(tokens)).toEqual([undefined, 'vic']))
})

it('[SAFE-3.31] follows a file that another is renamed to, as editors and mounts do', async () => {
  const tokens = open()
  await writeFile(`${path}.new`, ann.line)
  await rename(`${path}.new`, path)
  await vi.waitFor(() => expect(known(tokens)).toEqual(['ann', undefined]))
})

it('[SAFE-3.10] lets nobody in while the file is gone, says so, and reads it when it is back', async () => {
  const tokens = open()
  await rm(path)
  await vi.waitFor(() => expect(known(tokens)).toEqual([undefined, undefined]))
  expect(lines.join('')).toContain('nobody can sign in')
  await writeFile(path, ann.line)
  await vi.waitFor(() => expect(known(tokens)).toEqual(['ann', undefined]))
})

it('[SAFE-3.34] says which lines do not count', async () => {
  await writeFile(path, `${ann.line}\n${vic.secret}\n`)
  expect(known(open())).toEqual(['ann', undefined])
  expect(lines.join('')).toContain('line 2 is not')
  expect(lines.join('')).not.toContain(vic.secret)
})

it('[SAFE-1.7] without a file the server does not start', async () => {
  await rm(path)
  expect(open).toThrow(ConfigError)
  expect(open).toThrow(/^TOKENS_FILE: .* can't be read \(ENOENT/)
})
