import * as z from 'zod/mini'
import { scope } from './scope'

/**
 * The page protocol, one schema a message. States and diffs travel as JSON text inside their message: encoded once
 * per version, whoever gets them [SYNC-4], and measured by their length.
 */

/** Sent in the handshake as `auth: { protocol }`. Any change to a message below or to the model needs a new number. */
export const PROTOCOL = 4
/** Text of the connection error that tells the page of another build to reload itself. */
export const OUTDATED = 'outdated'
/** Text of the connection error that tells the page that nobody is signed in on it any more. */
export const NOT_SIGNED_IN = 'not signed in'
/** Where socket.io listens. */
export const SOCKET_PATH = '/api/live'

export const handshake = z.object({ protocol: z.literal(PROTOCOL) })

const epoch = z.string().check(z.minLength(1)).check(z.maxLength(100))
const version = z.int().check(z.nonnegative())
/** The server's clock when the message was made, ISO 8601. */
const now = z.iso.datetime()
const envelope = { epoch, scope, now }

/** The step between two versions; `diff` is the JSON of a `Diff`, of a log of a `LogStep`. */
export const step = z.object({ from: version, to: version, diff: z.string() })
export type Step = z.infer<typeof step>

/** Client to server: join a scope. With an epoch and a version: "this is what I have" [SYNC-2], [SYNC-8]. */
export const subscribe = z.object({ scope, epoch: z.optional(epoch), version: z.optional(version) })
export type Subscribe = z.infer<typeof subscribe>

/** Client to server: leave a scope. */
export const unsubscribe = z.object({ scope })
export type Unsubscribe = z.infer<typeof unsubscribe>

/** Server to client: the newest step [SYNC-1]. */
export const push = z.object({ ...envelope, ...step.shape })

/** Server to client: the whole state at a version; `state` is the JSON of a `Document`, of a log of a `LogState`. */
export const snapshot = z.object({ ...envelope, version, state: z.string() })
export type SnapshotMessage = z.infer<typeof snapshot>

/** Server to client, every 5 s: where the scope is. `digest` is null for logs [SYNC-6]. */
export const heartbeat = z.object({ ...envelope, version, digest: z.nullable(z.int()) })
export type Heartbeat = z.infer<typeof heartbeat>

/** Server to client: the scope is no more [SYNC-9]. */
export const gone = z.object({ scope })

/** Server to client, once a connection is open and whenever it changes: what who looks at the page may do [SAFE-3]. */
export const visitor = z.object({ role: z.enum(['viewer', 'operator']) })
export type Visitor = z.infer<typeof visitor>

/** Why a scope is not joined: there is none of that name here; it is no scope; the socket has as many as it may. */
export const subscribeErrors = ['not-found', 'bad-request', 'too-many'] as const

/** The acknowledgement of `subscribe`: everything since what the page has, or the whole state, or why not. */
export const answer = z.discriminatedUnion('kind', [
  z.extend(snapshot, { kind: z.literal('snapshot') }),
  z.object({ ...envelope, kind: z.literal('diffs'), version, steps: z.array(step) }),
  z.object({ kind: z.literal('error'), error: z.enum(subscribeErrors) }),
])
export type Answer = z.infer<typeof answer>

/** What the server sends unasked: an event's name with its message. */
export const heard = z.discriminatedUnion('event', [
  z.object({ event: z.literal('push'), message: push }),
  z.object({ event: z.literal('snapshot'), message: snapshot }),
  z.object({ event: z.literal('beat'), message: heartbeat }),
  z.object({ event: z.literal('gone'), message: gone }),
])
export type Heard = z.infer<typeof heard>
export type ServerEvent = Heard['event']
export type ServerMessages = { [H in Heard as H['event']]: H['message'] }

/** socket.io's listener types, for both ends. `closing`: the server is being stopped, and the connection ends next. */
export type ServerToClient = { [E in ServerEvent]: (message: ServerMessages[E]) => void } & {
  visitor: (message: Visitor) => void
  closing: () => void
}
export interface ClientToServer {
  subscribe: (request: Subscribe, done: (answer: Answer) => void) => void
  unsubscribe: (request: Unsubscribe) => void
}
