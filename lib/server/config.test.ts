import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ConfigError, isLoopback, readConfig } from './config'

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
      backendUrl: new URL('http://127.0.0.1:3000'),
      backendLabel: 'http://127.0.0.1:3000',
      docker: { socketPath },
      dataDir: '.groundtruth',
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
    const found = problems({ PORT: 'x', HOST: '0.0.0.0', BACKEND_URL: 'x', LOG_LEVEL: 'loud', DOCKER_HOST: 'ssh://x' })
    const names = ['PORT', 'HOST', 'BACKEND_URL', 'LOG_LEVEL', 'DOCKER_HOST']
    expect(found.map(problem => problem.split(':')[0])).toEqual(names)
  })

  it('reads where Docker is, or that it is off', () => {
    expect(readConfig({ DOCKER_HOST: 'unix:///run/some.sock' }).docker).toEqual({ socketPath: '/run/some.sock' })
    expect(readConfig({ DOCKER: 'off' }).docker).toBe('off')
  })

  it.each(['127.0.0.1', '127.8.9.10', '::1', 'localhost'])('[SAFE-1] binds to %s', HOST => {
    expect(readConfig({ HOST }).host).toBe(HOST)
  })

  it.each(['0.0.0.0', '::', '192.168.1.5', '10.0.0.1', 'example.org', '127.evil.org', '127.1', 'localhost.evil.org'])(
    '[SAFE-1] refuses to bind to %s, and says why',
    HOST => {
      expect(problems({ HOST })).toEqual([expect.stringMatching(/^HOST: .* has no authentication yet\. Use /)])
    },
  )

  it('[SAFE-1] knows every address of 127.0.0.0/8 and no other', () => {
    fc.assert(fc.property(fc.ipV4(), address => isLoopback(address) === (address.split('.')[0] === '127')))
  })

  it('[SAFE-2] keeps credentials out of the label and of every message', () => {
    const { backendUrl, backendLabel } = readConfig({ BACKEND_URL: 'https://ann:s3cret@example.org:8443/ckrv/' })
    expect(backendUrl.password).toBe('s3cret')
    expect(backendLabel).toBe('https://example.org:8443/ckrv')
    expect(problems({ BACKEND_URL: 'htp://ann:s3cret@example.org' }).join()).not.toContain('s3cret')
  })
})
