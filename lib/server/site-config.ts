import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import type { DockerHost } from '../docker/engine/engine'
import { readDockerHost } from '../docker/engine/host'
import { isSiteName } from '../sync/site-name'
import { DEFAULT_SITE } from '../sync/scope'

/** One backend, and the Docker Engine beside it [SITE-1]. */
export interface SiteConfig {
  name: string
  /** May hold credentials: use it for requests to the backend only, never in a log or a page [SAFE-2]. */
  backendUrl: URL
  /** `backendUrl` without credentials. */
  backendLabel: string
  /** Where the Docker Engine is; `off` if Docker is not watched. */
  docker: DockerHost | 'off'
}

/** How many sites BACKEND_URLS may name: the page of containers follows two scopes of each site, and a page 64 at most [SAFE-5]. */
export const MAX_SITES = 30

// The messages never repeat the value: a mistyped URL may hold a password.
const backendUrl = z
  .url({ protocol: /^https?$/, error: 'must be a URL that begins with http:// or https://.' })
  .refine(text => !/[?#]/.test(text), {
    error: 'must end with its path, without a query or a fragment.',
    abort: true,
  })
  .transform(text => new URL(text))

/** Whether sites are named in what people and programs see: not if only BACKEND_URL is configured [SITE-3]. */
export const haveNames = (sites: readonly Pick<SiteConfig, 'name'>[]): boolean =>
  sites.some(({ name }) => name !== DEFAULT_SITE)

/** The folder of a site's recordings. */
export const dataDirOf = (dataDir: string, site: string): string =>
  site === DEFAULT_SITE ? dataDir : join(dataDir, 'sites', site)

type Variables = Partial<Record<string, string>>

/**
 * Reads the sites from BACKEND_URL, BACKEND_URLS and the variables of Docker. Each problem is one sentence that begins with its
 * variable; with a problem, there are no sites.
 * @param variables without empty ones
 */
export function readSites(variables: Variables): { sites: SiteConfig[]; problems: string[] } {
  const problems: string[] = []
  const named = readList(variables, 'BACKEND_URLS', problems)
  const hosts = readList(variables, 'DOCKER_HOSTS', problems)
  if (named.size > MAX_SITES) problems.push(`BACKEND_URLS: must name ${MAX_SITES} sites at most.`)
  for (const name of hosts.keys()) if (!named.has(name)) problems.push(`DOCKER_HOSTS: BACKEND_URLS has no ${name}.`)

  const sites: SiteConfig[] = []
  const add = (name: string, url: string, docker: SiteConfig['docker'], told: string) => {
    const read = backendUrl.safeParse(url)
    if (read.success) sites.push({ name, backendUrl: read.data, backendLabel: withoutCredentials(read.data), docker })
    else problems.push(...read.error.issues.map(({ message }) => `${told} ${message}`))
  }
  if (variables['BACKEND_URL'] !== undefined || named.size === 0) {
    const docker = readDockerHost(variables)
    problems.push(...docker.problems)
    add(DEFAULT_SITE, variables['BACKEND_URL'] ?? 'http://127.0.0.1:3000', docker.host ?? 'off', 'BACKEND_URL:')
  }
  for (const [name, url] of named) {
    const host = hosts.get(name)
    // Without an entry of its own a site has no Engine: the one of this machine need not be the one beside its backend.
    const docker = host === undefined ? null : readDockerHost({ ...variables, DOCKER: 'on', DOCKER_HOST: host })
    problems.push(...(docker?.problems ?? []).map(each => each.replace(/^DOCKER_HOST:/, `DOCKER_HOSTS: ${name}`)))
    add(name, url, docker?.host ?? 'off', `BACKEND_URLS: ${name}`)
  }
  problems.push(...sharedEngines(sites))
  return { sites: problems.length > 0 ? [] : sites, problems }
}

/** Reads `name=value,name=value`. */
function readList(variables: Variables, variable: string, problems: string[]): Map<string, string> {
  const list = new Map<string, string>()
  for (const entry of variables[variable]?.split(',') ?? []) {
    const mark = entry.indexOf('=')
    const name = entry.slice(0, Math.max(0, mark)).trim()
    const value = mark === -1 ? '' : entry.slice(mark + 1).trim()
    const problem = (text: string) => problems.push(`${variable}: ${text}`)
    if (value === '') problem('must be name=address, with commas between several.')
    else if (!isSiteName(name))
      problem('a name must consist of at most 32 small letters, digits and hyphens, and begin and end with no hyphen.')
    else if (name === DEFAULT_SITE) problem(`${DEFAULT_SITE} is the site of BACKEND_URL. Choose another name.`)
    else if (list.has(name)) problem(`${name} is named twice.`)
    else list.set(name, value)
  }
  return list
}

/** Whose a container is can be told only by one who knows all runs that use the Engine. */
function sharedEngines(sites: readonly SiteConfig[]): string[] {
  return sites.flatMap(({ name, docker }, n) => {
    const other = docker === 'off' ? undefined : sites.slice(0, n).find(each => isDeepStrictEqual(each.docker, docker))
    if (!other) return []
    return [`DOCKER_HOSTS: ${other.name} and ${name} name the same Engine. Give it to one of them.`]
  })
}

function withoutCredentials(url: URL): string {
  return url.origin + url.pathname.replace(/(?<!\/)\/+$/, '')
}
