/** Why a request to Docker failed. `message` says what happened, where, and what to do next [SAY-1]. */
export class DockerError extends Error {
  /**
   * `unreachable`: no connection, or it was cut; `timeout`: a connection without an answer; `not-found`: no such container
   * or image; `denied`: the answer forbids this call; `bad-answer`: another refusal, or an answer that can't be read.
   * `refused` is true if an immediate retry would change nothing: nothing listens, or access is denied.
   */
  constructor(
    readonly kind: 'unreachable' | 'timeout' | 'not-found' | 'denied' | 'bad-answer',
    message: string,
    readonly refused = false,
    options?: ErrorOptions,
  ) {
    super(message, options)
    this.name = 'DockerError'
  }
}
