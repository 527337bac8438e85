import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { DataDirBusy, type Recorder } from '../hub/recording'
import { silent } from '../testing/server/fake-hub'
import { openRecorders } from './recorders'
import { readSites } from './site-config'

const folder = mkdtempSync(join(tmpdir(), 'groundtruth-'))
const open: Recorder[] = []
afterEach(() => {
  for (const recorder of open.splice(0)) recorder.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Dashboards in one process: a lock of the own process counts like any other. */
const opened = (variables: Record<string, string>, dataDir = folder) => {
  const recorders = openRecorders({ dataDir, sites: readSites(variables).sites }, silent)
  open.push(...recorders)
  return recorders
}

it('[SITE-3.3] are in a folder for each site, and for the default one in the data folder itself', () => {
  opened({ BACKEND_URL: 'http://x', BACKEND_URLS: 'ann=http://a,bob=http://b' })
  for (const path of ['recordings', 'sites/ann/recordings', 'sites/bob/recordings', 'lock', 'sites/ann/lock'])
    expect([path, existsSync(join(folder, path))]).toEqual([path, true])
  expect(existsSync(join(folder, 'sites/default'))).toBe(false)
})

it.each([
  ['the default site alone', { BACKEND_URL: 'http://x' }],
  ['the same sites', { BACKEND_URLS: 'ann=http://a' }],
  ['other sites', { BACKEND_URLS: 'bob=http://b' }],
  ['both', { BACKEND_URL: 'http://x', BACKEND_URLS: 'bob=http://b' }],
])('[SITE-3.5] [REC-8] two dashboards never share a data folder, where the second has %s', (_, variables) => {
  opened({ BACKEND_URLS: 'ann=http://a' })
  expect(() => opened(variables)).toThrow(DataDirBusy)
  expect(() => opened(variables)).toThrow(`DATA_DIR: ${folder} is in use`)
})

it('[SITE-3.5] a folder that can’t be made is told of by each recorder', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'groundtruth-')), 'file')
  writeFileSync(file, '')
  expect(opened({ BACKEND_URLS: 'ann=http://a,bob=http://b' }, file).map(({ state }) => state.state)).toEqual([
    'failing',
    'failing',
  ])
  rmSync(join(file, '..'), { recursive: true })
})
