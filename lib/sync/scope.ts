import * as z from 'zod/mini'

/**
 * What a page subscribes to: the fleet, the agents' containers, one run, one run's log, one batch's log. Runs that were
 * imported have names of their own: whatever a run is called, none of its scopes is one of theirs [IMP-2].
 */
export type Scope =
  | 'fleet'
  | 'containers'
  | `${'run' | 'log' | 'import' | 'import-log'}/${string}`
  | `${'lines' | 'import-lines'}/${string}/${string}`
export type ScopeParts =
  | { kind: 'fleet' | 'containers' }
  | { kind: 'run' | 'log'; runId: string }
  | { kind: 'lines'; runId: string; batchId: string }
  | { kind: 'import' | 'import-log'; importId: string }
  | { kind: 'import-lines'; importId: string; batchId: string }

const MAX_ID = 200

export const fleetScope: Scope = 'fleet'
export const containersScope: Scope = 'containers'
export const runScope = (runId: string): Scope => `run/${runId}`
export const logScope = (runId: string): Scope => `log/${runId}`
/** What the containers of a batch printed. */
export const batchLogScope = (runId: string, batchId: string): Scope => `lines/${escapeId(runId)}/${batchId}`
export const importScope = (importId: string): Scope => `import/${importId}`
export const importLogScope = (importId: string): Scope => `import-log/${importId}`
export const importBatchLogScope = (importId: string, batchId: string): Scope =>
  `import-lines/${escapeId(importId)}/${batchId}`

/** Which run: one that is followed, or, where `importId` is given, one that was imported, whatever its run is called. */
export interface RunRef {
  readonly runId: string
  readonly importId: string | null
}

export const scopesOf = ({ runId, importId }: RunRef) =>
  importId === null
    ? { run: runScope(runId), log: logScope(runId), linesOf: (batchId: string) => batchLogScope(runId, batchId) }
    : {
        run: importScope(importId),
        log: importLogScope(importId),
        linesOf: (batchId: string) => importBatchLogScope(importId, batchId),
      }

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
  if (kind === 'import' || kind === 'import-log') return isId(rest) ? { kind, importId: rest } : undefined
  const ids = twoIds(rest)
  if (!ids) return undefined
  const [id, batchId] = ids
  // Two texts for one scope would be two scopes.
  if (kind === 'lines' && batchLogScope(id, batchId) === text) return { kind, runId: id, batchId }
  if (kind === 'import-lines' && importBatchLogScope(id, batchId) === text) return { kind, importId: id, batchId }
  return undefined
}

function twoIds(text: string): [id: string, batchId: string] | undefined {
  const end = text.indexOf('/')
  const id = unescapeId(text.slice(0, end))
  const batchId = text.slice(end + 1)
  return end >= 0 && isId(id) && isId(batchId) ? [id, batchId] : undefined
}

const isId = (text: string) => text !== '' && text.length <= MAX_ID

export const scope = z.custom<Scope>(value => typeof value === 'string' && parseScope(value) !== undefined)
