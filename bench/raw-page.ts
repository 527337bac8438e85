import { WebSocket } from 'ws'
import { PROTOCOL, SOCKET_PATH, type Subscribe } from '../lib/sync/messages'
import type { Scope } from '../lib/sync/scope'
import { textOf } from './text-of'

/** Receives what comes on a page's connection. */
export interface RawPageEvents {
  /** A message of the page protocol: the frame as it came. */
  frame: (text: string) => void
  /** The connection has ended. */
  closed: () => void
}

/**
 * A page without its browser: it speaks socket.io over a bare WebSocket, subscribes, and reads nothing. So 500 of them take little of
 * the machine. Settles once all scopes are answered; rejects if the connection is refused or a scope is unknown.
 */
export class RawPage {
  readonly #socket: WebSocket
  readonly #events: RawPageEvents

  private constructor(socket: WebSocket, events: RawPageEvents) {
    this.#socket = socket
    this.#events = events
  }

  static async open(url: string, requests: readonly Subscribe[], events: RawPageEvents): Promise<RawPage> {
    const address = `${url.replace(/^http/, 'ws')}${SOCKET_PATH}/?EIO=4&transport=websocket`
    const socket = new WebSocket(address, { perMessageDeflate: false, skipUTF8Validation: true })
    const page = new RawPage(socket, events)
    await page.#subscribe(requests)
    return page
  }

  close(): void {
    this.#socket.terminate()
  }

  #subscribe(requests: readonly Subscribe[]): Promise<void> {
    const socket = this.#socket
    const { frame, closed } = this.#events
    let unanswered = requests.length
    return new Promise((resolve, reject) => {
      socket.on('error', reject)
      socket.on('close', () => {
        reject(new Error('The connection of a page was closed.'))
        closed()
      })
      socket.on('message', data => {
        const text = textOf(data)
        // Engine.io: 0 opens, 2 is a ping. Socket.io after a 4: 0 connects, 2 is an event, 3 an acknowledgement, 4 an error.
        if (text.startsWith('0')) socket.send(`40${JSON.stringify({ protocol: PROTOCOL })}`)
        else if (text === '2') socket.send('3')
        else if (text.startsWith('40')) {
          for (const [id, request] of requests.entries())
            socket.send(`42${id}${JSON.stringify(['subscribe', request])}`)
        } else if (text.startsWith('44')) reject(new Error(`A page was refused: ${text}`))
        else if (text.startsWith('43')) {
          frame(text)
          unanswered -= 1
          if (text.includes('"kind":"error"')) reject(new Error(`A page was answered: ${text.slice(0, 200)}`))
          else if (unanswered === 0) resolve()
        } else frame(text)
      })
    })
  }
}

/** Whether a frame tells a page a change of this scope. */
export const isPush = (frame: string, scope: Scope): boolean =>
  frame.startsWith('42["push"') && frame.slice(0, 400).includes(JSON.stringify(scope))
