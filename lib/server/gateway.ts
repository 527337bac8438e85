import type { IncomingMessage, Server as HttpServer } from 'node:http'
import { BlockList } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Server } from 'socket.io'
import type { ServerOptions } from 'ws'
import { z } from 'zod'
import { serverNow } from '../clock/clock'
import {
  handshake,
  NOT_SIGNED_IN,
  OUTDATED,
  SOCKET_PATH,
  type Answer,
  type ClientToServer,
  type ServerEvent,
  type ServerMessages,
  type ServerToClient,
} from '../sync/messages'
import { parseScope, type ScopeParts } from '../sync/parse-scope'
import type { Scope } from '../sync/scope'
import { sampled } from '../hub/api'
import type { Access, Proof } from './access/access'
import { addressOf } from './bounds/addresses'
import { BoundedWebSocketServer } from './bounds/bounded-websocket-server'
import { joinFrames } from './joined-frame'
import type { Log } from './log'
import { MessageRate } from './bounds/message-rate'
import { Page, type PageListener, type PageSocket, type Source } from './page'
import { maySee, suffices, type Person, type Role } from './access/person'
import { connectRefusals, handshakeRefusals, refusals } from './http/refusals'
import { ConnectionLimits, type LimitKind, type Place, type SocketBounds } from './bounds/connection-limits'

const MAX_MESSAGE_BYTES = 64 * 1024
/** Errors of `ws` and engine.io about frames that break their protocols. */
const MALFORMED = /(Invalid|Unsupported) WebSocket frame|Too many (message fragments|buffered chunks)|invalid heartbeat/

/** What the gateway counts. A call costs the same, however many pages there are. */
export interface GatewayMeter {
  /** A state, a step or a heartbeat of this many characters was sent to this many pages. */
  sent(what: ServerEvent | 'diffs', characters: number, pages: number): void
  /** A change that pages follow was sent this many ms after it was made [SYNC-4]. */
  published(ms: number): void
  /** A bound was reached, and the sender was refused [SAFE-5]. */
  refused(
    bound: LimitKind | 'subscriptions' | 'messages' | 'message-size' | 'control-frames' | 'malformed-frames' | 'tokens',
    details?: object,
  ): void
}

/** Numbers of the connections that are open now. */
export interface ConnectionStats {
  sockets: number
  /** Pages that don't keep up [SYNC-5]. */
  slow: number
  subscriptions: ReadonlyMap<ScopeParts['kind'], number>
}

/** How often the gateway checks again who owns each open socket, ms: a session may end while nothing is sent. */
const RECHECK_MS = 30_000

/** How long pages may take to receive the message that the server is being stopped, ms. */
const CLOSING_MS = 250

/** The role that each message requires [SAFE-3]. */
export const needs: Record<keyof ClientToServer, Role> = { subscribe: 'viewer', unsubscribe: 'viewer' }
const needsOf: ReadonlyMap<string, Role> = new Map(Object.entries(needs))

type Connection = PageSocket['conn']

/** A program may send its token in the handshake; a browser has already sent its cookie. */
const shown = z.object({ token: z.string().optional() })

/**
 * Carries the page protocol over socket.io. Pages join scopes; a message to a scope is encoded once, however many pages it reaches
 * [SYNC-4]. A publisher uses `broadcast`, `audience`, `failed` and `published`.
 */
export class Gateway {
  readonly #io: Server<ClientToServer, ServerToClient>
  readonly #pages = new Map<string, Page>()
  readonly #limits: ConnectionLimits
  readonly #trustedProxy: BlockList
  readonly #listener: PageListener
  /** The person whose request opened each connection, by connection id; null: unknown, or authentication is off. */
  readonly #holders = new Map<string, string | null>()
  readonly #senders = new WeakMap<IncomingMessage, Person>()
  readonly #places = new WeakMap<Connection, Place>()
  /** The proof that each socket gave when it was opened. */
  readonly #proofs = new WeakMap<PageSocket, Proof>()
  /** The role that was last sent to each socket's page. */
  readonly #told = new WeakMap<PageSocket, Role>()
  readonly #recheck: NodeJS.Timeout

  readonly #access: Access
  readonly #log: Log
  readonly #meter: GatewayMeter

  /** @param server socket.io adds its listeners to it, and the edge passes it the requests that the guard admits */
  constructor(
    server: HttpServer,
    access: Access,
    log: Log,
    meter: GatewayMeter,
    options: { bounds?: SocketBounds; trustedProxy?: BlockList } = {},
  ) {
    this.#access = access
    this.#log = log
    this.#meter = meter

    this.#limits = new ConnectionLimits(options.bounds)
    const { trustedProxy = new BlockList() } = options
    this.#trustedProxy = trustedProxy
    const laggards = sampled((details: object) => log.warn(details, 'a page does not keep up, and waits until it does'))
    this.#listener = {
      failed: error => log.error({ err: error }, 'a subscription failed'),
      refused: bound => meter.refused(bound),
      slow: () => laggards({}),
    }
    this.#io = new Server(server, {
      path: SOCKET_PATH,
      serveClient: false,
      // The edge decides about upgrades. With compression, every frame would be encoded again for every page.
      destroyUpgrade: false,
      perMessageDeflate: false,
      httpCompression: false,
      maxHttpBufferSize: MAX_MESSAGE_BYTES,
      wsEngine: class extends BoundedWebSocketServer {
        constructor(wsOptions: ServerOptions) {
          super(wsOptions, () => meter.refused('control-frames'))
        }
      },
      allowRequest: (request, decide) => {
        if (queryOf(request).has('j')) {
          decide(handshakeRefusals.jsonp, false)
          return
        }
        const bound = this.#limits.refusal(addressOf(request, trustedProxy), this.#senders.has(request))
        if (bound !== null) meter.refused(bound)
        decide(bound === null ? null : handshakeRefusals[bound], bound === null)
      },
    })
    this.#io.engine.use((request: IncomingMessage, _response: unknown, next: (error?: Error) => void) => {
      this.#holdsItsSocket(request).then(
        holds => next(holds ? undefined : new Error('another’s socket')),
        (error: unknown) => {
          log.error({ err: error }, 'a poll could not be judged')
          next(new Error('failed'))
        },
      )
    })
    this.#io.engine.on('connection', (connection: Connection) => {
      // `id` is private only in the types; socket.io documents it.
      const id = String(connection['id'])
      const { request } = connection
      const place = this.#limits.came(addressOf(request, trustedProxy), this.#senders.has(request))
      this.#places.set(connection, place)
      this.#holders.set(id, this.#senders.get(request)?.name ?? null)
      connection.on('close', () => {
        this.#holders.delete(id)
        place.left()
      })
      this.#keepToBounds(connection)
      joinFrames(connection)
    })
    this.#io.use((socket, next) => {
      this.#admit(socket).then(next, (error: unknown) => {
        this.#log.error({ err: error }, 'a handshake failed')
        next(new Error('failed'))
      })
    })
    this.#recheck = setInterval(() => this.recheck(), RECHECK_MS).unref()
  }

  /** Lets pages in. They are answered from `source`. */
  open(source: Source): void {
    this.#io.on('connection', socket => {
      const failed = (error: unknown) => {
        this.#listener.failed(error)
        // Disconnect: the page then reconnects and asks again. Without an answer it would wait in vain.
        socket.disconnect(true)
      }
      socket.use(([event], next) => {
        // A client that sends a forbidden message gets no reason: our own pages never send one.
        const role = needsOf.get(event)
        if (role === undefined) this.#meter.refused('malformed-frames')
        if (this.#may(socket, role)) next()
        else socket.disconnect(true)
      })
      this.#tellRole(socket)
      this.#pages.set(
        socket.id,
        new Page(socket, this.#counted(source), { ...this.#listener, failed }, scope => this.#mayFollow(socket, scope)),
      )
      socket.on('disconnect', () => this.#pages.delete(socket.id))
    })
  }

  /** Sends to every page in the scope whose transport keeps up [SYNC-5]. */
  readonly broadcast = <E extends ServerEvent>(scope: Scope, event: E, message: ServerMessages[E]): void => {
    for (const id of this.#room(scope)) this.#pages.get(id)?.beforeBroadcast(scope)
    // The compiler cannot see that `message` belongs to `event`, as the signature demands.
    const everyone = this.#io.to(scope) as { emit(event: E, message: ServerMessages[E]): void }
    everyone.emit(event, message)
    this.#meter.sent(event, sizeOf(message), this.audience(scope))
  }

  /** How many pages a broadcast would reach. */
  readonly audience = (scope: Scope): number => this.#room(scope).size

  readonly published = (ms: number): void => this.#meter.published(ms)

  /** The clock of the server; pages adopt its time [RUN-16.13]. */
  readonly now = serverNow

  /** Logs that a scope could not be read. */
  readonly failed = (scope: Scope, error: unknown): void => {
    this.#log.error({ scope, err: error }, 'a scope could not be published')
  }

  /**
   * Closes the connections of people who may no longer see all that they could, because they signed out, or their token is gone or good
   * for fewer sites; a page that still may see something connects again. Sends the new role to pages whose person may now do more or
   * less than before [SAFE-3].
   */
  recheck(): void {
    for (const socket of this.#io.of('/').sockets.values()) {
      if (this.#may(socket, 'viewer') && this.#seesAllOfIts(socket)) this.#tellRole(socket)
      else socket.disconnect(true)
    }
  }

  /** Whether the socket's person may still follow everything that its page follows. */
  #seesAllOfIts(socket: PageSocket): boolean {
    return [...(this.#pages.get(socket.id)?.scopes ?? [])].every(scope => this.#mayFollow(socket, scope))
  }

  /** Imports belong to no site: everybody may follow them. */
  #mayFollow(socket: PageSocket, scope: Scope): boolean {
    const parts = parseScope(scope)
    const person = this.#access.personOf(this.#proofs.get(socket))
    if (parts === undefined || person === undefined) return false
    return 'importId' in parts || maySee(person, parts.site)
  }

  /**
   * Announces to every page that the server is being stopped, and closes its connection; the page then looks for a server again. A
   * page between two polls receives the announcement with the next poll, so wait a moment for such pages.
   */
  async close(): Promise<void> {
    clearInterval(this.#recheck)
    this.#io.emit('closing')
    const deadline = performance.now() + CLOSING_MS
    while (performance.now() < deadline && [...this.#pages.values()].some(({ hasTaken }) => !hasTaken)) await sleep(5)
    await this.#io.close()
  }

  /** Counts the open connections. Visits all of them, so call it only now and then. */
  connectionStats(): ConnectionStats {
    const subscriptions = new Map<ScopeParts['kind'], number>()
    for (const [room, { size }] of this.#io.of('/').adapter.rooms) {
      // A socket's own room is named by its id.
      const kind = this.#pages.has(room) ? undefined : parseScope(room)?.kind
      if (kind !== undefined) subscriptions.set(kind, (subscriptions.get(kind) ?? 0) + size)
    }
    const slow = [...this.#pages.values()].filter(({ isSlow }) => isSlow).length
    return { sockets: this.#pages.size, slow, subscriptions }
  }

  /**
   * Whether a request comes from the person who opened the connection that it names. The address of every poll contains the
   * connection's id, and proxies write addresses to their logs, so the id alone must not be worth as much as a cookie [SAFE-3].
   */
  async #holdsItsSocket(request: IncomingMessage): Promise<boolean> {
    const person = this.#access.personOf(await this.#access.proofOf(request))
    if (person) this.#senders.set(request, person)
    const sender = person?.name ?? null
    const holder = this.#holders.get(queryOf(request).get('sid') ?? '')
    // A request without an id opens a connection; socket.io refuses an unknown id.
    return holder === undefined || holder === sender
  }

  /**
   * Closes a connection that sends too many packets, and counts the connections that ended over a large or malformed packet
   * [SAFE-5].
   */
  #keepToBounds(connection: Connection): void {
    connection.on('close', (reason: string, error?: Error) => {
      // Of an error of `ws`, only its text arrives here. The edge counts large messages that come by long polling.
      if (error !== undefined && /Max payload size exceeded/.test(error.message)) this.#meter.refused('message-size')
      else if (reason === 'parse error' || (error !== undefined && MALFORMED.test(error.message))) {
        this.#meter.refused('malformed-frames')
      }
    })
    // Called after socket.io's own listener, which closes the connection if it can't decode the packet.
    let isTooLoud = false
    connection.on('data', () => {
      if (connection.readyState !== 'open' && !isTooLoud) this.#meter.refused('malformed-frames')
    })
    const rate = new MessageRate(performance.now())
    // Counts packets of every kind: besides messages, a page sends only a pong every 25 s.
    connection.on('packet', () => {
      if (rate.allows(performance.now())) return
      isTooLoud = true
      this.#meter.refused('messages')
      connection.close(true)
    })
  }

  #counted(source: Source): Source {
    return {
      resume: async (scope, known) => {
        const answer = await source.resume(scope, known)
        if (answer.kind !== 'error') this.#meter.sent(answer.kind, sizeOf(answer), 1)
        return answer
      },
      snapshot: async scope => {
        const message = await source.snapshot(scope)
        if (message) this.#meter.sent('snapshot', sizeOf(message), 1)
        return message
      },
    }
  }

  /** Returns the error that refuses a socket; undefined if the socket may be opened. */
  async #admit(socket: PageSocket): Promise<Error | undefined> {
    const { auth } = socket.handshake
    if (!handshake.safeParse(auth).success) return notOpened(OUTDATED)
    const credentials = shown.safeParse(auth)
    const token = credentials.data?.token
    const proof = credentials.success ? await this.#access.proofOf(socket.request, token) : undefined
    const person = this.#access.personOf(proof)
    if (person === undefined || proof === undefined) return this.#unknown(socket, token)
    this.#proofs.set(socket, proof)
    return person.name === null ? undefined : this.#recognise(socket, person.name)
  }

  async #unknown({ request }: PageSocket, token: string | undefined): Promise<Error> {
    const address = addressOf(request, this.#trustedProxy)
    const tooMuch = await this.#access.guessed(request, address, token)
    if (tooMuch === null) return notOpened(NOT_SIGNED_IN)
    this.#meter.refused('tokens', { address })
    return refusals.tooManyGuesses(tooMuch.retryAfter)
  }

  /**
   * Counts a person's sockets. On loopback without authentication there is no name, so only the sockets of the address are
   * counted.
   */
  #recognise(socket: PageSocket, name: string): Error | undefined {
    const bound = this.#limits.refusalOf(name)
    if (bound !== null) {
      this.#meter.refused(bound, { name })
      return new Error(handshakeRefusals[bound])
    }
    // A socket whose connection has ended meanwhile is never opened, so it would never be counted down.
    if (socket.conn.readyState !== 'open') return undefined
    socket.on('disconnect', this.#limits.ofPerson(name))
    if (!this.#senders.has(socket.request)) this.#places.get(socket.conn)?.recognised()
    return undefined
  }

  #tellRole(socket: PageSocket): void {
    const role = this.#access.personOf(this.#proofs.get(socket))?.role
    if (role === undefined || role === this.#told.get(socket)) return
    this.#told.set(socket, role)
    socket.emit('visitor', { role })
  }

  #may(socket: PageSocket, what: Role | undefined): boolean {
    const person = this.#access.personOf(this.#proofs.get(socket))
    return what !== undefined && person !== undefined && suffices(person.role, what)
  }

  #room(scope: Scope): ReadonlySet<string> {
    return this.#io.of('/').adapter.rooms.get(scope) ?? new Set()
  }
}

/** The page reads the reason from the message; the text for people is in `data.error`. */
const notOpened = (why: keyof typeof connectRefusals): Error =>
  Object.assign(new Error(why), { data: { error: connectRefusals[why] } })

const queryOf = ({ url = '' }: IncomingMessage) => new URLSearchParams(url.slice(url.indexOf('?') + 1))

/** The length of the state or of the steps in a message, in characters. */
function sizeOf(message: ServerMessages[ServerEvent] | Exclude<Answer, { kind: 'error' }>): number {
  if ('diff' in message) return message.diff.length
  if ('state' in message) return message.state.length
  return 'steps' in message ? message.steps.reduce((sum, { diff }) => sum + diff.length, 0) : 0
}
