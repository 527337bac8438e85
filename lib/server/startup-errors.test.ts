import { createServer } from 'node:http'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { DataDirBusy } from '../hub/recording/data-dir-lock'
import { faultsOf, type Required } from '../testing/support/error-words'
import { ConfigError, readConfig } from './config'
import { listen } from './http/edge'
import { EndedSessions } from './access/ended-sessions'
import { keptSecret } from './access/session-secret'
import { silent } from '../testing/server/fake-hub'
import { TokensFile } from './access/tokens-file'

const folder = mkdtempSync(join(tmpdir(), 'startup-'))
afterAll(() => rmSync(folder, { recursive: true }))
const at = (name: string) => join(folder, name)

const messageOf = async (step: () => unknown): Promise<string> => {
  try {
    await step()
  } catch (error) {
    if (error instanceof ConfigError || error instanceof DataDirBusy) return error.message
    throw error
  }
  throw new Error('it should have failed')
}

const configured = (variables: Record<string, string>) => () => readConfig(variables)

/** The sentence about a variable says what its value must be, and so what to do next. */
const must = (name: string, next = /must (be|end|not|say)/): Required => ({
  what: /must|would|can't/,
  where: new RegExp(`^${name}: `),
  next,
})

describe('[SAY-1.8] [SAY-1.9] [SAFE-1.6] a server that can’t start names the variable, and what to set', () => {
  it.each<[string, () => unknown, Required]>([
    ['PORT', configured({ PORT: 'planted' }), must('PORT')],
    ['BACKEND_URL', configured({ BACKEND_URL: 'htp://me:hunter2@host' }), must('BACKEND_URL')],
    ['BACKEND_URL with a query', configured({ BACKEND_URL: 'http://me:hunter2@host/?x' }), must('BACKEND_URL')],
    ['LOG_LEVEL', configured({ LOG_LEVEL: 'planted' }), must('LOG_LEVEL', /must be one of/)],
    ['DOCKER', configured({ DOCKER: 'planted' }), must('DOCKER', /on or off/)],
    ['DOCKER_HOST', configured({ DOCKER_HOST: 'ssh://planted' }), must('DOCKER_HOST', /unix:\/\/\/path, tcp:/)],
    [
      'DOCKER_HOST with a path',
      configured({ DOCKER_HOST: 'tcp://host:1/planted' }),
      must('DOCKER_HOST', /tcp:\/\/host:port/),
    ],
    ['HOST', configured({ HOST: '0.0.0.0', PUBLIC_URL: 'http://x' }), must('HOST', /Set TOKENS_FILE or TOKENS/)],
    ['PUBLIC_URL', configured({ PUBLIC_URL: 'planted' }), must('PUBLIC_URL')],
    ['PUBLIC_URL without a sign-in', configured({ PUBLIC_URL: 'http://x' }), must('PUBLIC_URL', /Set TOKENS_FILE/)],
    ['TRUSTED_PROXY', configured({ TRUSTED_PROXY: 'planted' }), must('TRUSTED_PROXY', /for example/)],
    ['SESSION_SECRET', configured({ SESSION_SECRET: 'planted' }), must('SESSION_SECRET')],
    ['PROXY_USER_HEADER', configured({ PROXY_USER_HEADER: 'a b' }), must('PROXY_USER_HEADER')],
    ['PROXY_USER_ROLE', configured({ PROXY_USER_ROLE: 'planted' }), must('PROXY_USER_ROLE', /must be one of/)],
  ])('%s', async (_, step, required) => {
    expect(faultsOf(await messageOf(step), required)).toEqual([])
  })

  it('a port in use, one that takes a privilege, and a host of another machine', async () => {
    const taken = createServer()
    const { port } = await listen(taken, '127.0.0.1', 0)
    const inUse = {
      what: /is in use on 127\.0\.0\.1 \(EADDRINUSE\)/,
      where: new RegExp(`^PORT: ${port} `),
      next: /Stop the program .* or set another PORT/,
    }
    expect(faultsOf(await messageOf(() => listen(createServer(), '127.0.0.1', Number(port))), inUse)).toEqual([])
    taken.close()
    for (const host of ['203.0.113.7', 'no-such-host.invalid']) {
      const foreign = {
        what: /is no address of this machine/,
        where: new RegExp(`^HOST: ${host} `),
        next: /Set HOST to one of its addresses/,
      }
      expect(faultsOf(await messageOf(() => listen(createServer(), host, 0)), foreign)).toEqual([])
    }
  })

  it('[SAFE-1.7] a file of tokens that is missing, or is a folder', async () => {
    mkdirSync(at('folder'))
    for (const name of ['none', 'folder', 'none/tokens']) {
      const required = {
        what: /can't be read \((ENOENT|EISDIR|ENOTDIR)\)/,
        where: new RegExp(`^TOKENS_FILE: ${at(name)} `),
        next: /npm run -s token -- <name> --role operator/,
      }
      expect(faultsOf(await messageOf(() => new TokensFile(at(name), silent, () => undefined)), required)).toEqual([])
    }
  })

  it('[SAFE-1.8] [SAFE-1.9] a data folder that can’t keep its secrets, and one in use', async () => {
    writeFileSync(at('file'), '')
    const noFolder = { what: /is no folder/, where: /^DATA_DIR: /, next: /Set it to one\./ }
    expect(faultsOf(await messageOf(() => keptSecret(at('file'))), noFolder)).toEqual([])
    expect(faultsOf(await messageOf(() => new EndedSessions({ dataDir: at('file'), log: silent })), noFolder)).toEqual(
      [],
    )
    mkdirSync(at('kept/session-secret'), { recursive: true })
    const secret = { what: /can't be kept/, where: /^DATA_DIR: .*session-secret/, next: /Set SESSION_SECRET instead\./ }
    expect(faultsOf(await messageOf(() => keptSecret(at('kept'))), secret)).toEqual([])
    mkdirSync(at('data/signed-out'), { recursive: true })
    const ended = { what: /can't be read/, where: /^DATA_DIR: .*signed-out/, next: /Make it readable, or remove it/ }
    expect(faultsOf(await messageOf(() => new EndedSessions({ dataDir: at('data'), log: silent })), ended)).toEqual([])
    const busy = {
      what: /is in use by another Groundtruth \(process 7\)/,
      where: /^DATA_DIR: /,
      next: /Stop that one, or set another DATA_DIR/,
    }
    expect(faultsOf(new DataDirBusy(folder, 7).message, busy)).toEqual([])
  })
})
