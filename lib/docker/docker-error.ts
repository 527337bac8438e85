/** Why Docker did not do as asked. `message` is a sentence for people. */
export class DockerError extends Error {
  /**
   * `unreachable`: no connection, or one that was cut; `timeout`: a connection without an answer; `not-found`: no such
   * container or image; `bad-answer`: an answer that says no, or that can't be read. `refused` is true where trying at
   * once again would change nothing: nobody listens, or we may not speak.
   */
  constructor(
    readonly kind: 'unreachable' | 'timeout' | 'not-found' | 'bad-answer',
    message: string,
    readonly refused = false,
    options?: ErrorOptions,
  ) {
    super(message, options)
    this.name = 'DockerError'
  }
}

/** What an answer's status means; null where it says yes. Of the Engine's own words nothing is kept. */
export function refusalOf(status: number): DockerError | null {
  // 304: it is so already.
  if ((status >= 200 && status < 300) || status === 304) return null
  if (status === 404) return new DockerError('not-found', 'Docker knows no such container or image.')
  return new DockerError('bad-answer', `Docker answered with HTTP ${status}.`)
}

/** What a failed call to the Engine at `where` means. */
export function asDockerError(error: unknown, where: string): DockerError {
  if (error instanceof DockerError) return error
  const options = { cause: error }
  const code = field(error, 'code')
  if (typeof code !== 'string' || CUT.has(code)) {
    return new DockerError('unreachable', `The connection to Docker at ${where} was cut.`, false, options)
  }
  if (code.startsWith('HPE_')) {
    return new DockerError('bad-answer', `What listens at ${where} does not speak HTTP as Docker does.`, false, options)
  }
  return new DockerError('unreachable', refusal(code, where), true, options)
}

const CUT = new Set(['ECONNRESET', 'EPIPE', 'ABORT_ERR', 'ERR_STREAM_PREMATURE_CLOSE'])

function refusal(code: string, where: string): string {
  if (code === 'EACCES' || code === 'EPERM') {
    return `Permission denied on Docker's socket ${where}. Run as a user of the socket's group (often "docker").`
  }
  if (code === 'ENOENT') return `There is no Docker socket at ${where}. Start Docker, or set DOCKER_HOST.`
  if (code === 'ECONNREFUSED') return `Nobody listens at ${where}. Start Docker, or set DOCKER_HOST.`
  const step = /CERT|SSL|TLS|SIGNATURE/.test(code) ? ' Check the certificates in DOCKER_CERT_PATH.' : ''
  return `Docker can't be reached at ${where} (${code}).${step}`
}

function field(error: unknown, name: string): unknown {
  return typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined
}
