/** Whether the backend may have carried out a call that has no usable answer. */
type Heard = 'no' | 'maybe'

/**
 * Why a call to the backend gave no usable answer. `message` says what happened, where, and what to do next [SAY-1].
 * unreachable: no connection, or one that was cut; timeout: no answer in time; bad-answer: HTML instead of JSON, an unexpected
 * status, or fields that don't fit.
 */
export class BackendError extends Error {
  /** `maybe`: the call was sent, and the backend may have carried it out [RUN-2.7]. */
  readonly heard: Heard

  constructor(
    readonly kind: 'unreachable' | 'timeout' | 'bad-answer',
    message: string,
    { heard = 'no', ...options }: ErrorOptions & { heard?: Heard } = {},
  ) {
    super(message, options)
    this.name = 'BackendError'
    this.heard = heard
  }
}

/** Which backend it is. */
export interface BackendPlace {
  /** Its URL without credentials. */
  where: string
  /** The variable of the configuration that holds the URL. */
  variable: string
}

const QUOTED = 500
/** Statuses of a gateway that got no answer from the backend in time: the backend may have carried out the call. */
const UNANSWERED = new Set([408, 502, 504, 524])

/** The error for an answer to `call` (method and path) that is no success. */
export function badStatus(status: number, words: string, call: string, at: BackendPlace): BackendError {
  const quoted = words.trim().slice(0, QUOTED)
  const said = quoted === '' || quoted.startsWith('<') ? '' : `: ${quoted}`
  const text = `The backend answered ${call} with ${status}${said}.`
  const heard = UNANSWERED.has(status) ? 'maybe' : 'no'
  return new BackendError('bad-answer', `${text} ${statusAdvice(status, at)}`, { heard })
}

function statusAdvice(status: number, { where, variable }: BackendPlace): string {
  if (status >= 300 && status < 400)
    return `Set ${variable} to the address itself: redirects of ${where} are not followed.`
  if (status === 401 || status === 403) return `Check the credentials in ${variable} for ${where}.`
  if (status === 404 || status === 405)
    return `Check that ${variable} (${where}) is a ckrv backend that knows this call.`
  if (status >= 502 && status <= 504) return `A proxy at ${where} does not reach the backend: see whether that runs.`
  if (status === 429) return `Something at ${where} lets only so many calls through: see what, and try again later.`
  if (status === 524) return `A proxy at ${where} gave up waiting for the backend: see whether that runs.`
  if (status >= 500) return `The log of the backend at ${where} says why.`
  return `Check that the backend at ${where} is of a generation that knows this call.`
}

/** The error for a call without an answer in time. @param seconds the time */
export const timedOut = (call: string, seconds: number, cause: unknown): BackendError =>
  new BackendError(
    'timeout',
    // A call that changes something must not be sent again before its result is known.
    `The backend did not answer ${call} within ${seconds} s. It may be busy: ${call.startsWith('GET') ? 'try again, or ' : ''}look into its log.`,
    { cause, heard: 'maybe' },
  )

/** The error for a call that failed in the network. */
export function unreachable(call: string, { where, variable }: BackendPlace, cause: unknown): BackendError {
  const code = codeOf(cause)
  if (code !== null && !UNREADABLE.has(code) && (CUT.has(code) || code.startsWith('HPE_'))) {
    const what = code.startsWith('HPE_') ? 'answered in another protocol than HTTP' : 'closed the connection'
    const text = `The backend at ${where} ${what} before it had answered ${call} (${code}).`
    return new BackendError('unreachable', `${text} See whether it still runs, and check ${variable}.`, {
      cause,
      heard: 'maybe',
    })
  }
  if (code !== null && UNREADABLE.has(code)) {
    const text = `The backend at ${where} answered ${call} with what can't be read (${code}).`
    return new BackendError('bad-answer', `${text} Check that ${variable} is a ckrv backend.`, {
      cause,
      heard: 'maybe',
    })
  }
  const name = code ?? (cause instanceof Error ? cause.message : 'no reason given')
  return new BackendError(
    'unreachable',
    `The backend at ${where} can't be reached (${name}). ${networkAdvice(code, variable)}`,
    {
      cause,
    },
  )
}

/** Codes of a connection that was open, so the call may have arrived. */
const CUT = new Set(['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE'])

/** Codes of an answer that came, but compressed, or with a head that is too long. */
const UNREADABLE = new Set(['ERR_CONTENT_ENCODING', 'HPE_HEADER_OVERFLOW'])

/** The error for an answer that is too long. @param most characters */
export const tooLong = (call: string, { where, variable }: BackendPlace, most: number): BackendError =>
  new BackendError(
    'bad-answer',
    `The backend at ${where} answered ${call} with more than ${most / 1_048_576} MiB, which is not read. Check that ${variable} is a ckrv backend.`,
    { heard: 'maybe' },
  )

export const tooManyValues = (call: string, { where, variable }: BackendPlace, most: number): BackendError =>
  new BackendError(
    'bad-answer',
    `The backend at ${where} answered ${call} with more than ${most.toLocaleString('en')} values, which are not read. Check that ${variable} is a ckrv backend.`,
    { heard: 'maybe' },
  )

function networkAdvice(code: string | null, variable: string): string {
  if (code === 'ECONNREFUSED') return `Start it, or set ${variable} to where it listens.`
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return `Check the spelling of the host name in ${variable}, and the DNS.`
  if (code === null) return `Check ${variable}.`
  if (code === 'EPROTO' || /^ERR_SSL_/.test(code))
    return `Check whether ${variable} has to begin with http:// or https://.`
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `Its certificate is for another name: set ${variable} to that, or give it one for this name.`
  if (/CERT|TLS|SIGNATURE/.test(code))
    return 'Its certificate is not trusted: set NODE_EXTRA_CA_CERTS to the file of its authority.'
  return `Check ${variable}, the network and the firewall between.`
}

function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null
}
