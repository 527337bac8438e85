import { Manager } from 'socket.io-client'
import { SOCKET_PATH } from '../sync/messages'

/** Whether a WebSocket gets through to the server: one is opened beside the connection, until the server's first message. */
export class WebSocketProbe {
  #over = false
  readonly #manager: Manager

  /** @param done gets whether it got through; it is not called after `close` */
  constructor(url: string, timeoutMs: number, done: (works: boolean) => void) {
    this.#manager = new Manager(url, {
      path: SOCKET_PATH,
      timeout: timeoutMs,
      transports: ['websocket'],
      reconnection: false,
      autoConnect: false,
    })
    this.#manager.open(error => {
      if (this.#over) return
      this.close()
      done(error === undefined)
    })
  }

  close(): void {
    this.#over = true
    this.#manager.engine.close()
  }
}
