import * as z from 'zod'

/** What a page subscribes to: the fleet, the agents' containers, one run, one run's log, one batch's log. */
export type Scope = 'fleet' | 'containers' | `run/${string}` | `log/${string}` | `lines/${string}/${string}`
export type ScopeParts =
  | { kind: 'fleet' | 'containers' }
  | { kind: 'run' | 'log'; runId: string }
  | { kind: 'lines'; runId: string; batchId: string }

const MAX_ID = 200

export const fleetScope: Scope = 'fleet'
export const containersScope: Scope = 'containers'
export const runScope = (runId: string): Scope => `run/${runId}`
export const logScope = (runId: string): Scope => `log/${runId}`
/** What the containers of a batch printed. */
export const batchLogScope = (runId: string, batchId: string): Scope => `lines/${escapeId(runId)}/${batchId}`

/** Only what would end the id early: `encodeURIComponent` as a whole throws where half a character is missing. */
const escapeId = (id: string) => id.replace(/[%/]/g, encodeURIComponent)
const unescapeId = (id: string) => id.replace(/%2[5F]/g, decodeURIComponent)

/** Takes a scope apart; undefined where the text is none. An id may hold any characters, also `/`. */
export function parseScope(text: string): ScopeParts | undefined {
  if (text === 'fleet' || text === 'containers') return { kind: text }
  const slash = text.indexOf('/')
  const kind = text.slice(0, slash)
  const rest = text.slice(slash + 1)
  if (kind === 'run' || kind === 'log') return isId(rest) ? { kind, runId: rest } : undefined
  return kind === 'lines' ? linesOf(text, rest) : undefined
}

function linesOf(text: string, rest: string): ScopeParts | undefined {
  const end = rest.indexOf('/')
  const runId = unescapeId(rest.slice(0, end))
  const batchId = rest.slice(end + 1)
  // Two texts for one scope would be two scopes.
  if (end < 0 || !isId(runId) || !isId(batchId) || batchLogScope(runId, batchId) !== text) return undefined
  return { kind: 'lines', runId, batchId }
}

const isId = (text: string) => text !== '' && text.length <= MAX_ID

export const scope = z.custom<Scope>(value => typeof value === 'string' && parseScope(value) !== undefined)
