import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import type { Credentials } from './access'
import { openAccess } from './authentication'
import { readConfig } from '../config'
import { silent } from '../../testing/server/fake-hub'
import { makeToken } from './tokens'

const dataDir = mkdtempSync(join(tmpdir(), 'groundtruth-access-'))
const ending: (() => void)[] = []
afterEach(() => {
  for (const end of ending.splice(0)) end()
  rmSync(dataDir, { recursive: true, force: true })
})

const request = (headers: Record<string, string>) =>
  ({ headers, headersDistinct: {}, socket: { remoteAddress: '127.0.0.1' } }) as unknown as Credentials

it('[SAFE-3.32] tokens that the environment holds let their holders in, and nobody else', async () => {
  const [ann, eve] = [makeToken('ann', 'operator'), makeToken('eve', 'operator')]
  const opened = openAccess(readConfig({ TOKENS: ann.line, DATA_DIR: dataDir }), silent, () => undefined)
  ending.push(opened.close)
  const personOf = async (secret: string) =>
    opened.access.personOf(await opened.access.proofOf(request({ authorization: `Bearer ${secret}` })))
  expect(await personOf(ann.secret)).toMatchObject({ name: 'ann', role: 'operator' })
  expect(await personOf(eve.secret)).toBeUndefined()
})
