import { statSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { DockerError } from './docker-error'
import type { Question } from './engine-http'

/**
 * The error for the status of an answer to `question`. Null if the status is a success. The Engine's own text is not kept,
 * because it may quote a container's configuration [DOCK-6].
 */
export function refusalOf(status: number, question: Question, where: string): DockerError | null {
  // 304: the container has that state already.
  if ((status >= 200 && status < 300) || status === 304) return null
  const call = callOf(question)
  const answered = `Docker at ${where} answered ${call.text} with HTTP ${status}`
  if (status === 404 && call.isAboutOne) return new DockerError('not-found', 'Docker knows no such container or image.')
  if (status === 401 || status === 403 || status === 405) {
    return new DockerError('denied', `${answered}: access is denied. ${permission(call.permission)}`)
  }
  if (status >= 502 && status <= 504) {
    return new DockerError('bad-answer', `${answered}: a proxy there does not reach Docker. Start Docker behind it.`)
  }
  if (status >= 500) return new DockerError('bad-answer', `${answered}. The log of the Docker daemon says why.`)
  const tls = status === 400 && where.startsWith('http:') ? ` ${SPEAK_TLS}` : ''
  return new DockerError('bad-answer', `${answered}, as no Docker Engine does. Check DOCKER_HOST.${tls}`)
}

const permission = (needed: string) =>
  `Where a socket proxy stands before Docker, let it pass this call (docker-socket-proxy: ${needed}); ` +
  'else check the authorization plugins of the Docker daemon.'

const SPEAK_TLS = 'If Docker speaks TLS there, set DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH.'

interface Call {
  /** The call as the Engine's documentation writes it. It contains no id. */
  text: string
  /** Whether it asks about a single container or image, which may not exist. */
  isAboutOne: boolean
  /** The name of the permission in docker-socket-proxy. */
  permission: string
}

function callOf({ method, path }: Question): Call {
  const [, kind = '', id, verb] = path.split('/')
  const isAboutOne = id !== undefined && id !== 'json'
  const text = `${method} ${isAboutOne ? [`/${kind}/{id}`, verb].join('/') : path}`
  const section = kind.replace(/^_/, '').toUpperCase()
  const changes = method === 'GET' ? '' : 'POST=1 and '
  return { text, isAboutOne, permission: `${changes}${section}=1` }
}

/** The error for a failed call to the Engine. `where`: the socket's path, or scheme, host and port. */
export function asDockerError(error: unknown, where: string): DockerError {
  if (error instanceof DockerError) return error
  const options = { cause: error }
  const code = field(error, 'code')
  const tls = where.startsWith('http:') ? ` ${SPEAK_TLS}` : ''
  if (typeof code !== 'string' || CUT.has(code)) {
    const text = `The connection to Docker at ${where} was cut. It is tried again; if this lasts, check the Docker daemon.`
    return new DockerError('unreachable', text + tls, false, options)
  }
  if (code.startsWith('HPE_')) {
    const text = `The server at ${where} does not speak HTTP as Docker does. Check DOCKER_HOST.`
    return new DockerError('bad-answer', text + tls, false, options)
  }
  return new DockerError('unreachable', refusal(code, where), true, options)
}

const CUT = new Set(['ECONNRESET', 'EPIPE', 'ABORT_ERR', 'ERR_STREAM_PREMATURE_CLOSE'])

const START_OR_SET = 'Start Docker, or set DOCKER_HOST.'

function refusal(code: string, where: string): string {
  return isAbsolute(where) ? socketRefusal(code, where) : networkRefusal(code, where)
}

function socketRefusal(code: string, path: string): string {
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return `Permission denied on Docker's socket ${path}. Run as a user of the socket's group (often "docker").`
    case 'ENOENT':
      return `There is no Docker socket at ${path}. ${START_OR_SET}`
    case 'ECONNREFUSED':
    case 'ENOTSOCK':
    case 'ENOTDIR':
      return socketKind(path)
    default:
      return `Docker's socket ${path} can't be opened (${code}). ${START_OR_SET}`
  }
}

/**
 * A connection to a folder or a file fails like one to a socket without a listener. Only a look at the path shows the
 * difference.
 */
function socketKind(path: string): string {
  const found = lookAt(path)
  if (found === 'folder') {
    return (
      `There is a folder in place of Docker's socket at ${path}. Remove it and start Docker: a container that mounts a ` +
      'missing socket leaves such a folder. Or set DOCKER_HOST.'
    )
  }
  if (found === 'other') return `What is at ${path} is no socket. Set DOCKER_HOST to the socket of Docker.`
  if (found === 'socket') return `Nothing listens on Docker's socket ${path}. ${START_OR_SET}`
  return `There is no Docker socket at ${path}. ${START_OR_SET}`
}

function lookAt(path: string): 'socket' | 'folder' | 'other' | 'nothing' {
  try {
    const stats = statSync(path)
    if (stats.isSocket()) return 'socket'
    return stats.isDirectory() ? 'folder' : 'other'
  } catch {
    // It was removed meanwhile, or a part of the path is not a folder.
    return 'nothing'
  }
}

function networkRefusal(code: string, where: string): string {
  if (code === 'ECONNREFUSED') return `Nothing listens at ${where}. Start Docker there, or set DOCKER_HOST.`
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return `The host name in ${where} can't be resolved (${code}). Check its spelling in DOCKER_HOST, and the DNS.`
  }
  if (WRONG_PROTOCOL.test(code)) {
    return `Docker at ${where} does not answer with TLS (${code}). Check the port, or use plain tcp:// without DOCKER_TLS_VERIFY.`
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return `Docker at ${where} has a certificate for another name (${code}). Set DOCKER_HOST to that name.`
  }
  if (/CERT|SSL|TLS|SIGNATURE/.test(code)) {
    return `Docker can't be reached at ${where} (${code}). Check the certificates in DOCKER_CERT_PATH.`
  }
  return `Docker can't be reached at ${where} (${code}). Check DOCKER_HOST, the network and the firewall between.`
}

/** The codes if the peer answers a TLS greeting with something else. Node 20 gives EPROTO for all of them. */
const WRONG_PROTOCOL = /^(EPROTO|ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST))$/

function field(error: unknown, name: string): unknown {
  return typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined
}
