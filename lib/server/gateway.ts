import type { Server as HttpServer } from 'node:http'
import { Server } from 'socket.io'
import {
  handshake,
  OUTDATED,
  SOCKET_PATH,
  type ClientToServer,
  type ServerEvent,
  type ServerMessages,
  type ServerToClient,
} from '../sync/messages'
import type { Scope } from '../sync/scope'
import type { Log } from './log'
import { Page, type Source } from './page'

const MAX_MESSAGE_BYTES = 64 * 1024

/**
 * Carries the page protocol over socket.io: pages join scopes, and a message to a scope is encoded once, however many
 * pages it reaches [SYNC-4]. `broadcast`, `audience` and `failed` are what a publisher needs.
 */
export class Gateway {
  readonly #io: Server<ClientToServer, ServerToClient>
  readonly #pages = new Map<string, Page>()

  /** `server` is where socket.io hangs its listeners: the edge hands it what passed the guard. */
  constructor(
    server: HttpServer,
    private readonly log: Log,
  ) {
    this.#io = new Server(server, {
      path: SOCKET_PATH,
      serveClient: false,
      // The edge decides about upgrades; and with compression every frame would be encoded for every page.
      destroyUpgrade: false,
      perMessageDeflate: false,
      maxHttpBufferSize: MAX_MESSAGE_BYTES,
    })
    this.#io.use((socket, next) => {
      next(handshake.safeParse(socket.handshake.auth).success ? undefined : new Error(OUTDATED))
    })
  }

  /** Lets pages in. They are answered from `source`. */
  open(source: Source): void {
    this.#io.on('connection', socket => {
      const fail = (error: unknown) => {
        this.log.error({ err: error }, 'a subscription failed')
        // A page that reconnects asks again; one left without an answer would wait for nothing.
        socket.disconnect(true)
      }
      this.#pages.set(socket.id, new Page(socket, source, fail))
      socket.on('disconnect', () => this.#pages.delete(socket.id))
    })
  }

  /** Sends to every page in the scope whose transport keeps up [SYNC-5]. */
  readonly broadcast = <E extends ServerEvent>(scope: Scope, event: E, message: ServerMessages[E]): void => {
    for (const id of this.#room(scope)) this.#pages.get(id)?.beforeBroadcast(scope)
    // The compiler cannot see that the message is that of the event, as the signature says.
    const everyone = this.#io.to(scope) as { emit(event: E, message: ServerMessages[E]): void }
    everyone.emit(event, message)
  }

  /** How many pages a broadcast would reach. */
  readonly audience = (scope: Scope): number => this.#room(scope).size

  /** Logs that a scope could not be read. */
  readonly failed = (scope: Scope, error: unknown): void => {
    this.log.error({ scope, err: error }, 'a scope could not be published')
  }

  /** Tells every page, by closing its connection, that it has to find a server again. */
  async close(): Promise<void> {
    await this.#io.close()
  }

  #room(scope: Scope): ReadonlySet<string> {
    return this.#io.of('/').adapter.rooms.get(scope) ?? new Set()
  }
}
