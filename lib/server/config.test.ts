import fc from 'fast-check'
import { BlockList } from 'node:net'
import { describe, expect, it } from 'vitest'
import { ConfigError, isLoopback, readConfig } from './config'
import { makeToken, parseTokens } from './access/tokens'

function problems(variables: Record<string, string>): string[] {
  try {
    readConfig(variables)
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  return []
}

describe('configuration', () => {
  it('has a default for everything', () => {
    const socketPath: unknown = expect.stringMatching(/docker\.sock$/)
    expect(readConfig({})).toEqual({
      port: 4400,
      host: '127.0.0.1',
      sites: [
        {
          name: 'default',
          backendUrl: new URL('http://127.0.0.1:3000'),
          backendLabel: 'http://127.0.0.1:3000',
          docker: { socketPath },
        },
      ],
      dataDir: '.groundtruth',
      access: { authentication: null, publicUrl: null, trustedProxy: new BlockList() },
      logLevel: 'info',
    })
  })

  it('takes an empty variable as unset', () => {
    expect(
      readConfig({ PORT: '', HOST: '', BACKEND_URL: '', LOG_LEVEL: '', DATA_DIR: '', DOCKER: '', DOCKER_HOST: '' }),
    ).toEqual(readConfig({}))
  })

  it.each(['-1', '65536', '44.5', '0x1130', '1e3', 'http', ' 80'])('refuses PORT=%j', PORT => {
    expect(problems({ PORT })).toEqual(['PORT: must be a whole number from 0 to 65535.'])
  })

  it.each(['127.0.0.1:3000', 'ftp://host', 'http://', 'nonsense'])('refuses BACKEND_URL=%j', BACKEND_URL => {
    expect(problems({ BACKEND_URL })).toEqual(['BACKEND_URL: must be a URL that begins with http:// or https://.'])
  })

  it.each(['http://host/?token=secret', 'http://host/#part'])(
    'refuses BACKEND_URL=%j, which no path can follow',
    BACKEND_URL => {
      expect(problems({ BACKEND_URL })).toEqual(['BACKEND_URL: must end with its path, without a query or a fragment.'])
    },
  )

  it('names every bad variable at once', () => {
    const bad = { PORT: 'x', BACKEND_URL: 'x', LOG_LEVEL: 'loud', TRUSTED_PROXY: 'x', SESSION_SECRET: 'x' }
    const found = problems({ ...bad, PUBLIC_URL: 'x', DOCKER_HOST: 'ssh://x' })
    const names = ['PORT', 'LOG_LEVEL', 'PUBLIC_URL', 'SESSION_SECRET', 'TRUSTED_PROXY', 'DOCKER_HOST', 'BACKEND_URL']
    expect(found.map(problem => problem.split(':')[0])).toEqual(names)
  })

  it('reads where Docker is, or that it is off', () => {
    const dockerOf = (variables: Record<string, string>) => readConfig(variables).sites.map(({ docker }) => docker)
    expect(dockerOf({ DOCKER_HOST: 'unix:///run/some.sock' })).toEqual([{ socketPath: '/run/some.sock' }])
    expect(dockerOf({ DOCKER: 'off' })).toEqual(['off'])
  })

  it.each(['127.0.0.1', '127.8.9.10', '::1', 'localhost'])('[SAFE-1.2] binds to %s', HOST => {
    expect(readConfig({ HOST }).host).toBe(HOST)
  })

  it.each(['0.0.0.0', '::', '192.168.1.5', '10.0.0.1', 'example.org', '127.evil.org', '127.1', 'localhost.evil.org'])(
    '[SAFE-1] [SAFE-1.2] [SAFE-1.6] refuses to bind to %s where nobody would be asked, and says what to do',
    HOST => {
      expect(problems({ HOST, PUBLIC_URL: 'http://gt.example' })).toEqual([
        expect.stringMatching(/^HOST: would open .* Set TOKENS_FILE or TOKENS .*; or leave HOST at 127\.0\.0\.1/),
      ])
      const team = { HOST, PUBLIC_URL: 'http://gt.example', TOKENS_FILE: 'tokens' }
      expect(readConfig(team)).toMatchObject({ host: HOST, access: { authentication: { tokens: { file: 'tokens' } } } })
    },
  )

  it('[SAFE-1.3] refuses to be published from loopback where nobody would be asked', () => {
    expect(problems({ PUBLIC_URL: 'https://gt.example' })).toEqual([expect.stringMatching(/^PUBLIC_URL: would open/)])
    const team = { PUBLIC_URL: 'https://gt.example', TOKENS_FILE: 'tokens' }
    expect(readConfig(team).access.publicUrl).toEqual(new URL('https://gt.example'))
  })

  it('[SAFE-1.5] has to know the name that a network reaches it by', () => {
    expect(problems({ HOST: '0.0.0.0', TOKENS_FILE: 'tokens' })).toEqual([expect.stringMatching(/^PUBLIC_URL: must/)])
  })

  it.each([
    'gt.example',
    'ftp://gt.example',
    'https://gt.example/path',
    'https://ann@gt.example',
    'https://gt.example?x',
  ])('[SAFE-2] refuses PUBLIC_URL=%s, which is no origin', PUBLIC_URL => {
    expect(problems({ PUBLIC_URL, TOKENS_FILE: 'tokens' })).toEqual([expect.stringMatching(/^PUBLIC_URL: must be/)])
  })

  it('[SAFE-1.4] [SAFE-2.30] takes a proxy’s word only where it is said whose, and makes viewers of those it names', () => {
    const PROXY_USER_HEADER = 'X-Forwarded-User'
    expect(problems({ PROXY_USER_HEADER })).toEqual([expect.stringMatching(/^TRUSTED_PROXY: must say/)])
    const { access } = readConfig({ PROXY_USER_HEADER, TRUSTED_PROXY: '10.0.0.7, fd00::/8' })
    expect(access.authentication).toMatchObject({
      tokens: null,
      proxyUser: { header: 'x-forwarded-user', role: 'viewer' },
    })
    expect(problems({ TRUSTED_PROXY: '10.0.0.0/33' })).toEqual([expect.stringMatching(/^TRUSTED_PROXY: must be/)])
  })

  it('[SAFE-1.4] [SAFE-3.32] takes tokens from the environment, a line each or between semicolons, and never both from there and a file', () => {
    const [ann, vic] = [makeToken('ann', 'operator'), makeToken('vic', 'viewer')]
    for (const between of ['\n', ';', ' ; ', ';\n# more\n']) {
      const { access } = readConfig({ TOKENS: `${ann.line}${between}${vic.line}` })
      const held = parseTokens(`${ann.line}\n${vic.line}`).tokens
      expect(access.authentication).toMatchObject({ tokens: { held } })
    }
    expect(problems({ TOKENS: ann.line, TOKENS_FILE: 'tokens' })).toEqual([expect.stringMatching(/^TOKENS: must not/)])
    const network = { HOST: '0.0.0.0', PUBLIC_URL: 'http://gt.example', TOKENS: ann.line }
    expect(readConfig(network).host).toBe('0.0.0.0')
  })

  it('[SAFE-3.33] takes hashes alone, and never repeats what stands there instead', () => {
    const ann = makeToken('ann', 'operator')
    const found = problems({ TOKENS: `${ann.line};ann operator ${ann.secret}` })
    expect(found).toEqual([
      'TOKENS: line 2 is not: name, viewer or operator, sha256:hash. npm run -s token -- <name> --role operator prints a line for it.',
    ])
  })

  it('[SAFE-1.2] knows every address of 127.0.0.0/8 and no other', () => {
    fc.assert(fc.property(fc.ipV4(), address => isLoopback(address) === (address.split('.')[0] === '127')))
  })

  it('[SAFE-2.35] [SAFE-2.36] keeps credentials out of the label and of every message', () => {
    const [site] = readConfig({ BACKEND_URL: 'https://ann:s3cret@example.org:8443/ckrv/' }).sites
    expect(site?.backendUrl.password).toBe('s3cret')
    expect(site?.backendLabel).toBe('https://example.org:8443/ckrv')
    expect(problems({ BACKEND_URL: 'htp://ann:s3cret@example.org' }).join()).not.toContain('s3cret')
  })
})
