import type { IncomingMessage, ServerResponse } from 'node:http'

/** How long a client may take to send, ms [SAFE-5]. */
export interface Patience {
  /** For the head of a request; also for the first byte of a new connection. */
  head: number
  /** For a whole body. For a recording, which may be large and come over a slow link: the longest time without new data. */
  body: number
  /** For any request at all. A recording of 256 MiB takes an hour at 0.6 Mbit/s. */
  request: number
  /** The longest time without traffic in either direction while a request is answered; replaying an import may take a minute. */
  idle: number
}

export const PATIENCE: Patience = { head: 20_000, body: 30_000, request: 3_600_000, idle: 90_000 }

/**
 * Cuts a request whose body does not arrive in time.
 * @param isRecording the body is in time as long as it grows and is read; once the request is answered, and so refused, the rest
 * gets no more time than any body
 */
export function cutSlowBody(
  request: IncomingMessage,
  response: ServerResponse,
  ms: number,
  isRecording: boolean,
  onCut: () => void,
): void {
  let seen = request.socket.bytesRead
  const timer = setInterval(() => {
    const { bytesRead } = request.socket
    const isInTime = isRecording && !response.writableEnded && bytesRead > seen
    seen = bytesRead
    if (isInTime) return
    clearInterval(timer)
    if (request.complete) return
    onCut()
    request.socket.destroy()
  }, ms)
  request.once('close', () => clearInterval(timer))
}
