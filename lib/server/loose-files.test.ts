import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { readConfig } from './config'
import { looseFiles } from './loose-files'

let folder: string
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'groundtruth-'))))
afterEach(() => rmSync(folder, { recursive: true }))

/** The warnings for these modes. */
function told(modes: { dataDir: number; secret: number; tokens: number }): string[] {
  const [dataDir, tokens] = [join(folder, 'data'), join(folder, 'tokens')]
  mkdirSync(dataDir)
  const secret = join(dataDir, 'session-secret')
  for (const path of [secret, tokens]) writeFileSync(path, '')
  chmodSync(secret, modes.secret)
  chmodSync(tokens, modes.tokens)
  chmodSync(dataDir, modes.dataDir)
  const config = readConfig({ DATA_DIR: dataDir, TOKENS_FILE: tokens })
  const all = looseFiles(config)
  rmSync(dataDir, { recursive: true })
  return all
}

it('[SAFE-1.1] says which files others may change, or read where they are secret, and how to mend that', () => {
  expect(told({ dataDir: 0o700, secret: 0o600, tokens: 0o600 })).toEqual([])
  expect(told({ dataDir: 0o755, secret: 0o600, tokens: 0o644 })).toEqual([])
  const all = told({ dataDir: 0o777, secret: 0o644, tokens: 0o666 })
  expect(all.map(each => each.replaceAll(folder, ''))).toEqual([
    'DATA_DIR: /data can be changed by other users of this machine (mode 777). Run chmod 700 on it.',
    'DATA_DIR: /data/session-secret can be read by other users of this machine (mode 644). Run chmod 600 on it.',
    'TOKENS_FILE: /tokens can be changed by other users of this machine (mode 666). Run chmod 600 on it.',
  ])
  expect(told({ dataDir: 0o700, secret: 0o660, tokens: 0o620 }).map(each => /can be (\w+)/.exec(each)?.[1])).toEqual([
    'changed',
    'changed',
  ])
})

it('[SAFE-1.1] says nothing of what is not there yet, and looks at what a link leads to', () => {
  const target = join(folder, 'target')
  writeFileSync(target, '')
  chmodSync(target, 0o666)
  symlinkSync(target, join(folder, 'tokens'))
  const config = readConfig({ DATA_DIR: join(folder, 'none'), TOKENS_FILE: join(folder, 'tokens') })
  expect(looseFiles(config)).toHaveLength(1)
})
