import type { IncomingMessage, ServerResponse } from 'node:http'

/** How long what one sends may take, ms [SAFE-5]. */
export interface Patience {
  /** A request's head; also how long a new connection may say nothing. */
  head: number
  /** A whole body. Of a recording, which may be large and its link slow: how long nothing of it may come. */
  body: number
  /** Any request at all. A recording of 256 MiB takes an hour at 0.6 Mbit/s. */
  request: number
  /** How long nothing may go either way while one is answered; an import may take a minute to be played. */
  idle: number
}

export const PATIENCE: Patience = { head: 20_000, body: 30_000, request: 3_600_000, idle: 90_000 }

/**
 * Cuts a request whose body does not come. `isRecording`: it is in time for as long as it grows and somebody reads it; once it
 * is answered, and so refused, the rest has no more time than any body.
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
