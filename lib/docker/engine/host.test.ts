import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { readDockerHost } from './host'

const folder = mkdtempSync(join(tmpdir(), 'certificates-'))
const [ca, cert, key] = ['ca', 'cert', 'key'].map(name => join(folder, `${name}.pem`)) as [string, string, string]
const made = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=docker -keyout ${key} -out ${cert}`
execFileSync('openssl', made.split(' '), { stdio: 'ignore' })
copyFileSync(cert, ca)
const read = (path: string) => readFileSync(path, 'utf8')
const tls = { ca: read(ca), cert: read(cert), key: read(key) }
afterAll(() => rmSync(folder, { recursive: true }))

const hostOf = (variables: Record<string, string>) => readDockerHost(variables).host

describe('where Docker is', () => {
  it('is the usual socket, unless said otherwise', () => {
    const socketPath: unknown = expect.stringMatching(/^\/.*\/docker\.sock$/)
    expect(hostOf({})).toEqual({ socketPath })
    expect(hostOf({ DOCKER: 'on' })).toEqual(hostOf({}))
  })

  it('[DOCK-3.55] is nowhere with DOCKER=off, whatever DOCKER_HOST says', () => {
    expect(hostOf({ DOCKER: 'off', DOCKER_HOST: 'nonsense' })).toBe('off')
    expect(readDockerHost({ DOCKER: 'no' }).problems).toEqual(['DOCKER: must be on or off.'])
  })

  it.each([
    ['unix:///run/user/1000/docker.sock', { socketPath: '/run/user/1000/docker.sock' }],
    ['tcp://10.0.0.7:2375', { protocol: 'http', host: '10.0.0.7', port: 2375 }],
    ['tcp://docker', { protocol: 'http', host: 'docker', port: 2375 }],
    ['tcp://docker:8000/', { protocol: 'http', host: 'docker', port: 8000 }],
    ['tcp://[::1]:2375', { protocol: 'http', host: '[::1]', port: 2375 }],
    ['http://docker', { protocol: 'http', host: 'docker', port: 80 }],
    ['http://docker:2375', { protocol: 'http', host: 'docker', port: 2375 }],
    ['https://docker', { protocol: 'https', host: 'docker', port: 443 }],
  ])('%s', (DOCKER_HOST, host) => {
    expect(readDockerHost({ DOCKER_HOST })).toEqual({ host, problems: [] })
  })

  it('is asked under TLS where DOCKER_TLS_VERIFY is set, with the certificates of DOCKER_CERT_PATH', () => {
    const variables = { DOCKER_HOST: 'tcp://docker', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: folder }
    expect(hostOf(variables)).toEqual({ protocol: 'https', host: 'docker', port: 2376, tls })
    expect(hostOf({ DOCKER_HOST: 'https://docker:1', DOCKER_CERT_PATH: folder })).toEqual({
      protocol: 'https',
      host: 'docker',
      port: 1,
      tls,
    })
    expect(hostOf({ DOCKER_HOST: 'unix:///x', DOCKER_TLS_VERIFY: '1' })).toEqual({ socketPath: '/x' })
  })

  it('needs all three certificates', () => {
    const variables = { DOCKER_HOST: 'tcp://docker', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: join(folder, 'none') }
    expect(readDockerHost(variables)).toEqual({
      host: null,
      problems: ['ca', 'cert', 'key'].map(
        name =>
          `DOCKER_CERT_PATH: ${name}.pem can't be read (ENOENT). Set it to the folder that holds ca.pem, cert.pem and key.pem.`,
      ),
    })
  })

  it.each(['', 'planted', '-----BEGIN CERTIFICATE-----\nplanted\n-----END CERTIFICATE-----\n'])(
    'needs certificates and a key that can be read, not %j',
    pem => {
      const bad = mkdtempSync(join(folder, 'bad-'))
      for (const name of ['ca', 'cert', 'key']) writeFileSync(join(bad, `${name}.pem`), pem)
      const variables = { DOCKER_HOST: 'tcp://docker', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: bad }
      const { host, problems } = readDockerHost(variables)
      expect(host).toBeNull()
      for (const [n, name] of ['ca', 'cert', 'key'].entries()) {
        expect(problems[n]).toMatch(
          new RegExp(`^DOCKER_CERT_PATH: ${name}\\.pem can't be read \\(ERR_\\w+\\)\\. Set it to`),
        )
      }
      expect(problems.join('')).not.toContain('planted')
    },
  )

  it.each([
    'ssh://ann@host',
    'npipe:////./pipe/docker_engine',
    'unix://',
    'unix://relative',
    'host:2375',
    'tcp://',
    'x',
  ])('refuses DOCKER_HOST=%j, and says what is supported', DOCKER_HOST => {
    expect(readDockerHost({ DOCKER_HOST }).problems).toEqual([
      expect.stringMatching(/^DOCKER_HOST: must be unix:\/\/\//),
    ])
  })

  it('[SAFE-2] repeats no value: it may hold a password', () => {
    const { problems } = readDockerHost({ DOCKER_HOST: 'tcp://ann:s3cret@docker:2375' })
    expect(problems).toHaveLength(1)
    expect(problems.join()).not.toContain('s3cret')
  })

  it('answers whatever the variable holds', () => {
    const pieces = [
      'tcp',
      'unix',
      'http',
      'https',
      ':',
      '//',
      '/',
      'host',
      '@',
      '[::1]',
      '2375',
      '99999',
      '?',
      '#',
      ' ',
      '%',
    ]
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 8 }), chosen => {
        const DOCKER_HOST = chosen.join('')
        const { host, problems } = readDockerHost({ DOCKER_HOST })
        return (host === null) === problems.length > 0
      }),
    )
  })
})
