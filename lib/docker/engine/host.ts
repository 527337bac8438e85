import { createPrivateKey, X509Certificate } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { DockerHost } from './engine'

/** The address of the Engine, or `off`, or one sentence for each invalid variable. */
type HostReading = { host: DockerHost | 'off'; problems: [] } | { host: null; problems: string[] }

const SUPPORTED = 'must be unix:///path, tcp://host:port, http://host:port or https://host:port.'
const PLAIN_PORT = 2375
const TLS_PORT = 2376

/**
 * Reads the Engine's address from the variables that Docker's own client reads: DOCKER_HOST, DOCKER_TLS_VERIFY and
 * DOCKER_CERT_PATH. DOCKER=off means that Docker is not watched. No problem repeats a value.
 */
export function readDockerHost(variables: Partial<Record<string, string>>): HostReading {
  const { DOCKER, DOCKER_HOST } = variables
  if (DOCKER === 'off') return { host: 'off', problems: [] }
  if (DOCKER !== undefined && DOCKER !== 'on') return problem('DOCKER', 'must be on or off.')
  if (DOCKER_HOST === undefined) return { host: { socketPath: usualSocket() }, problems: [] }
  const path = /^unix:\/\/(\/.+)$/s.exec(DOCKER_HOST)?.[1]
  if (path !== undefined) return { host: { socketPath: path }, problems: [] }
  return readAddress(DOCKER_HOST, variables)
}

/** Docker Desktop's socket if it exists, else the system's. */
function usualSocket(): string {
  const ofDesktop = join(homedir(), '.docker/run/docker.sock')
  return existsSync(ofDesktop) ? ofDesktop : '/var/run/docker.sock'
}

function readAddress(address: string, variables: Partial<Record<string, string>>): HostReading {
  const { DOCKER_TLS_VERIFY, DOCKER_CERT_PATH } = variables
  const url = URL.canParse(address) ? new URL(address) : null
  if (url === null || url.hostname === '' || !/^(tcp|https?):$/.test(url.protocol)) {
    return problem('DOCKER_HOST', SUPPORTED)
  }
  if (url.username + url.password + url.search + url.hash !== '' || !['', '/'].includes(url.pathname)) {
    return problem('DOCKER_HOST', `${SUPPORTED} Nothing else can be part of it.`)
  }
  const secured = url.protocol === 'https:' || DOCKER_TLS_VERIFY !== undefined
  // `URL` omits a port that is the default of the scheme, and Docker's own default ports differ from it.
  const port = Number(url.port) || (url.protocol === 'tcp:' ? (secured ? TLS_PORT : PLAIN_PORT) : secured ? 443 : 80)
  const host = { protocol: secured ? 'https' : 'http', host: url.hostname, port } as const
  if (!secured || (DOCKER_TLS_VERIFY === undefined && DOCKER_CERT_PATH === undefined)) return { host, problems: [] }
  return withCertificates(host, DOCKER_CERT_PATH ?? join(homedir(), '.docker'))
}

function withCertificates(host: Exclude<DockerHost, { socketPath: string }>, folder: string): HostReading {
  const problems: string[] = []
  const read = (name: string, parse: (pem: string) => unknown) => {
    try {
      const pem = readFileSync(join(folder, name), 'utf8')
      parse(pem)
      return pem
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
      problems.push(
        `DOCKER_CERT_PATH: ${name} can't be read${code}. Set it to the folder that holds ca.pem, cert.pem and key.pem.`,
      )
      return ''
    }
  }
  const certificate = (pem: string) => new X509Certificate(pem)
  const tls = {
    ca: read('ca.pem', certificate),
    cert: read('cert.pem', certificate),
    key: read('key.pem', pem => createPrivateKey(pem)),
  }
  return problems.length > 0 ? { host: null, problems } : { host: { ...host, tls }, problems: [] }
}

const problem = (variable: string, text: string): HostReading => ({ host: null, problems: [`${variable}: ${text}`] })
