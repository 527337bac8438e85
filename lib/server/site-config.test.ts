import { describe, expect, it } from 'vitest'
import { MAX_SUBSCRIPTIONS } from './page'
import { dataDirOf, haveNames, MAX_SITES, readSites } from './site-config'

const problems = (variables: Record<string, string>) => readSites(variables).problems

describe('the sites of a dashboard', () => {
  it('[SITE-1.4] are so few that one page can follow two scopes of each', () => {
    expect(2 * (MAX_SITES + 1)).toBeLessThanOrEqual(MAX_SUBSCRIPTIONS)
  })

  it('[SITE-1.1] [SITE-1.2] are those of BACKEND_URLS, after the one of BACKEND_URL if that is set', () => {
    const BACKEND_URLS = 'ann=http://10.0.0.1:3000, build-server=https://me:hunter2@build.example/ckrv/'
    const named = (variables: Record<string, string>) =>
      readSites(variables).sites.map(({ name, backendLabel }) => [name, backendLabel])
    const both = [
      ['ann', 'http://10.0.0.1:3000'],
      ['build-server', 'https://build.example/ckrv'],
    ]
    expect(named({ BACKEND_URLS })).toEqual(both)
    expect(named({ BACKEND_URL: 'http://x', BACKEND_URLS })).toEqual([['default', 'http://x'], ...both])
  })

  it('[SITE-1.3] have the Engine of DOCKER_HOSTS, or none; DOCKER_HOST is that of BACKEND_URL alone', () => {
    const dockerOf = (variables: Record<string, string>) =>
      readSites({ BACKEND_URLS: 'ann=http://a,bob=http://b', ...variables }).sites.map(({ docker }) => docker)
    expect(dockerOf({ DOCKER_HOSTS: 'bob=unix:///run/b.sock', DOCKER_HOST: 'unix:///x' })).toEqual([
      'off',
      { socketPath: '/run/b.sock' },
    ])
    const all = { BACKEND_URL: 'http://x', DOCKER: 'off', DOCKER_HOSTS: 'ann=tcp://10.0.0.1:2375' }
    expect(dockerOf(all)).toEqual(['off', { protocol: 'http', host: '10.0.0.1', port: 2375 }, 'off'])
  })

  it('[SITE-3.1] [SITE-3.2] have names in what is shown unless only BACKEND_URL is configured', () => {
    const named = (variables: Record<string, string>) => haveNames(readSites(variables).sites)
    expect(named({})).toBe(false)
    expect(named({ BACKEND_URL: 'http://x' })).toBe(false)
    expect(named({ BACKEND_URL: 'http://x', BACKEND_URLS: 'ann=http://a' })).toBe(true)
    expect(named({ BACKEND_URLS: 'ann=http://a' })).toBe(true)
  })

  it('[SITE-3.3] have their recordings in a folder each; the default one keeps the data folder itself', () => {
    expect(dataDirOf('/data', 'default')).toBe('/data')
    expect(dataDirOf('/data', 'ann')).toBe('/data/sites/ann')
    expect(dataDirOf('/data', 'recordings')).toBe('/data/sites/recordings')
  })

  it.each([
    ['ann', 'must be name=address'],
    ['ann=', 'must be name=address'],
    ['=http://a', 'a name must consist of'],
    ['Ann=http://a', 'a name must consist of'],
    ['a_b=http://a', 'a name must consist of'],
    ['-a=http://a', 'a name must consist of'],
    [`${'a'.repeat(33)}=http://a`, 'a name must consist of'],
    ['default=http://a', 'default is the site of BACKEND_URL'],
    ['ann=http://a,ann=http://b', 'ann is named twice'],
    ['ann=ftp://me:hunter2@a', 'ann must be a URL'],
    ['ann=http://a?x=hunter2', 'ann must end with its path'],
    [Array.from({ length: MAX_SITES + 1 }, (_, n) => `s${n}=http://a`).join(), 'must name 30 sites at most'],
  ])('[SITE-1.4] [SAFE-2.36] are refused if BACKEND_URLS is %s', (BACKEND_URLS, what) => {
    const found = problems({ BACKEND_URLS })
    expect(found).toHaveLength(1)
    expect(found[0]).toMatch(/^BACKEND_URLS: /)
    expect(found[0]).toContain(what)
    expect(found[0]).not.toContain('hunter2')
  })

  it('[SITE-1.4] are refused with an Engine of a site that is not there, or a wrong one, or the same for two', () => {
    const BACKEND_URLS = 'ann=http://a,bob=http://b'
    expect(problems({ BACKEND_URLS, DOCKER_HOSTS: 'cleo=unix:///x' })).toEqual([
      'DOCKER_HOSTS: BACKEND_URLS has no cleo.',
    ])
    expect(problems({ BACKEND_URLS, DOCKER_HOSTS: 'ann=ssh://x' })).toEqual([
      expect.stringMatching(/^DOCKER_HOSTS: ann must be unix:/),
    ])
    expect(problems({ BACKEND_URLS, DOCKER_HOSTS: 'ann=unix:///x,bob=unix:///x' })).toEqual([
      'DOCKER_HOSTS: ann and bob name the same Engine. Give it to one of them.',
    ])
  })
})
