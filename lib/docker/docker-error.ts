/** Why Docker did not do as asked. `message` says what happened, where, and what to do next [SAY-1]. */
export class DockerError extends Error {
  /**
   * `unreachable`: no connection, or one that was cut; `timeout`: a connection without an answer; `not-found`: no such
   * container or image; `denied`: the answer forbids this call; `bad-answer`: another answer that says no, or that can't
   * be read. `refused` is true where trying again at once would change nothing: nothing listens, or access is denied.
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
