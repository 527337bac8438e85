import * as z from 'zod/mini'
import { parseScope } from './parse-scope'
import type { Scope } from './scope'

/**
 * The page protocol, one schema per message. A message carries states and diffs as JSON text. So they are encoded once per version
 * for all pages [SYNC-4], and their length can be measured.
 */

/** Sent in the handshake as `auth: { protocol }`. Any change to a message below or to the model needs a new number. */
export const PROTOCOL = 7
/** Message of the connection error that makes a page of another build reload itself. */
export const OUTDATED = 'outdated'
/** Message of the connection error that informs a page that its visitor is no longer signed in. */
export const NOT_SIGNED_IN = 'not signed in'
/** The path at which socket.io listens. */
export const SOCKET_PATH = '/api/live'

export const handshake = z.object({ protocol: z.literal(PROTOCOL) })

export const scope = z.custom<Scope>(value => typeof value === 'string' && parseScope(value) !== undefined)
const epoch = z.string().check(z.minLength(1)).check(z.maxLength(100))
const version = z.int().check(z.nonnegative())
/** The server's clock when the message was made, ISO 8601. */
const now = z.iso.datetime()
const envelope = { epoch, scope, now }

/** The step between two versions. `diff` is the JSON of a `Diff`, or, for a log, of a `LogStep`. */
export const step = z.object({ from: version, to: version, diff: z.string() })
export type Step = z.infer<typeof step>

/** Client to server: join a scope. Epoch and version, if given, name the state that the page has already [SYNC-2], [SYNC-8]. */
export const subscribe = z.object({ scope, epoch: z.optional(epoch), version: z.optional(version) })
export type Subscribe = z.infer<typeof subscribe>

/** Client to server: leave a scope. */
export const unsubscribe = z.object({ scope })
export type Unsubscribe = z.infer<typeof unsubscribe>

/** Server to client: the newest step [SYNC-1]. */
export const push = z.object({ ...envelope, ...step.shape })

/** Server to client: the whole state at a version. `state` is the JSON of a `Document`, or, for a log, of a `LogState`. */
export const snapshot = z.object({ ...envelope, version, state: z.string() })
export type SnapshotMessage = z.infer<typeof snapshot>

/** Server to client, every 5 s: the current version of the scope, and its digest, which is null for logs [SYNC-6]. */
export const heartbeat = z.object({ ...envelope, version, digest: z.nullable(z.int()) })
export type Heartbeat = z.infer<typeof heartbeat>

/** Server to client: the scope no longer exists [SYNC-9]. */
export const gone = z.object({ scope })

/** Server to client, when a connection opens and at every change: the role of the page's visitor [SAFE-3]. */
export const visitor = z.object({ role: z.enum(['viewer', 'operator']) })
export type Visitor = z.infer<typeof visitor>

/** Why a scope is not joined: it does not exist here; the request is invalid; the socket has too many subscriptions. */
export const subscribeErrors = ['not-found', 'bad-request', 'too-many'] as const

/** The acknowledgement of `subscribe`: the steps since the state that the page has, or the whole state, or an error. */
export const answer = z.discriminatedUnion('kind', [
  z.extend(snapshot, { kind: z.literal('snapshot') }),
  z.object({ ...envelope, kind: z.literal('diffs'), version, steps: z.array(step) }),
  z.object({ kind: z.literal('error'), error: z.enum(subscribeErrors) }),
])
export type Answer = z.infer<typeof answer>

/** The messages that the server sends without a request: the name of an event with its message. */
export const heard = z.discriminatedUnion('event', [
  z.object({ event: z.literal('push'), message: push }),
  z.object({ event: z.literal('snapshot'), message: snapshot }),
  z.object({ event: z.literal('beat'), message: heartbeat }),
  z.object({ event: z.literal('gone'), message: gone }),
])
export type Heard = z.infer<typeof heard>
export type ServerEvent = Heard['event']
export type ServerMessages = { [H in Heard as H['event']]: H['message'] }

/** The listener types of socket.io, for both ends. `closing`: the server is being stopped, and then the connection ends. */
export type ServerToClient = { [E in ServerEvent]: (message: ServerMessages[E]) => void } & {
  visitor: (message: Visitor) => void
  closing: () => void
}
export interface ClientToServer {
  subscribe: (request: Subscribe, done: (answer: Answer) => void) => void
  unsubscribe: (request: Unsubscribe) => void
}
