import { io } from 'socket.io-client'
import {
  NOT_SIGNED_IN,
  OUTDATED,
  PROTOCOL,
  SOCKET_PATH,
  type Answer,
  type subscribeErrors,
} from '../../../sync/messages'
import { runScope } from '../../../sync/scope'
import { Gateway } from '../../../server/gateway'
import type { connectRefusals, handshakeRefusals } from '../../../server/http/refusals'
import { serve, silent } from '../fake-hub'
import { says, type Case, type Cases } from './cases'
import { Team } from '../team'
import { MAX_SOCKETS, type SocketBounds } from '../../../server/bounds/connection-limits'

/** For tests: how to cause the refusals of the sockets, each over a real connection. */

/** The servers that refuse; `close` ends them. */
export async function socketCases() {
  const ends: (() => unknown)[] = []
  const team = new Team()
  const world = async (bounds: Partial<SocketBounds> = {}) => {
    const server = await serve({ team })
    const gateway = new Gateway(server.live, server.access, silent, server.metrics, {
      bounds: { ...MAX_SOCKETS, ...bounds },
    })
    const state = { epoch: 'e1', now: '2026-01-01T00:00:00.000Z', version: 0, state: '{}' } as const
    gateway.open({
      resume: async scope =>
        scope !== 'containers' ? { kind: 'snapshot', scope, ...state } : { kind: 'error', error: 'not-found' },
      snapshot: async scope => ({ scope, ...state }),
    })
    ends.push(async () => {
      await gateway.close()
      await server.close()
    })
    return server
  }
  type Served = Awaited<ReturnType<typeof world>>
  const socketTo = ({ port }: Served, auth: object) => {
    const socket = io(`http://127.0.0.1:${port}`, {
      ...{ path: SOCKET_PATH, transports: ['polling'], forceNew: true, reconnection: false },
      auth: { protocol: PROTOCOL, ...auth },
    })
    ends.unshift(() => socket.disconnect())
    return socket
  }
  /** The error that a client without a connection receives; `data.error` if the message is the protocol's. */
  const refused = (server: Served, auth: object) => async () =>
    new Promise<{ status: string; error: string }>((resolve, reject) => {
      const socket = socketTo(server, auth)
      socket.on('connect', () => reject(new Error('it was let in')))
      socket.on('connect_error', (error: Error & { data?: { error?: string } }) =>
        resolve({ status: error.data ? error.message : 'connect_error', error: error.data?.error ?? error.message }),
      )
    })
  /** The answer of engine.io to a handshake. */
  const handshake =
    (server: Served, query = '') =>
    async () => {
      const path = `${SOCKET_PATH}/?EIO=4&transport=polling${query}`
      const { status, text } = await server.call('GET', path, team.bearer('ann'))
      const answer: unknown = JSON.parse(text)
      if (typeof answer !== 'object' || answer === null || !('message' in answer)) throw new Error(text)
      return { status: String(status), error: String(answer.message) }
    }
  const subscribed = (server: Served, scopes: string[]) => async () => {
    const socket = socketTo(server, { token: team.secret('ann') })
    let last: Answer | undefined
    for (const scope of scopes) last = await new Promise<Answer>(done => socket.emit('subscribe', { scope }, done))
    if (last?.kind !== 'error') throw new Error('it was subscribed to')
    return { status: 'answer', error: last.error }
  }

  const open = await world()
  const crowded = await world({ inAll: 0 })
  const narrow = await world({ perAddress: 0 })
  const personal = await world({ perPerson: 0 })
  const words = (meet: Case['meet'], ...parts: Parameters<typeof says>): Case => ({
    ...{ meet, says: says(...parts), noPage: true },
  })

  const handshakes: Cases<keyof typeof handshakeRefusals> = {
    sockets: words(handshake(crowded), /Too many pages/, /on this server/, /Close some, then reload/),
    'sockets-of-address': words(handshake(narrow), /Too many pages/, /from your address/, /Close some, then reload/),
    'sockets-of-person': words(
      refused(personal, { token: team.secret('ann') }),
      /too many pages/,
      /^You have/,
      /Close some, then reload/,
    ),
    jsonp: words(handshake(open, '&j=0'), /JSONP is not spoken/, /here/, /Leave out the parameter j/),
  }
  const connects: Cases<keyof typeof connectRefusals> = {
    [OUTDATED]: words(refused(open, { protocol: PROTOCOL - 1 }), /another version/, /This page/, /Reload it/),
    [NOT_SIGNED_IN]: words(refused(open, {}), /Nobody is signed in/, /on this connection/, /Sign in at \/sign-in/),
  }
  /** Codes of the protocol, which a page replaces by its own text. */
  const word = (error: (typeof subscribeErrors)[number], scopes: string[]): Case => ({
    ...words(subscribed(open, scopes), new RegExp(`^${error}$`), /./, /./),
    isWord: true,
  })
  const answers: Cases<(typeof subscribeErrors)[number]> = {
    'not-found': word('not-found', ['containers']),
    'bad-request': word('bad-request', ['../fleet']),
    'too-many': word(
      'too-many',
      Array.from({ length: 65 }, (_, n) => runScope(`r${n}`)),
    ),
  }
  const close = async () => {
    for (const end of ends) await end()
  }
  return { cases: { ...handshakes, ...connects, ...answers }, close }
}
