/**
 * What a page subscribes to: the fleet, the agents' containers, a run, a run's log, its merged log, or a batch's log. Imported runs have scopes of
 * their own kinds, so no run id can lead to the scope of an import [IMP-2].
 */
export type Scope =
  | 'fleet'
  | 'containers'
  | `${'run' | 'log' | 'merged' | 'import' | 'import-log' | 'import-merged'}/${string}`
  | `${'lines' | 'import-lines'}/${string}/${string}`
export type ScopeParts =
  | { kind: 'fleet' | 'containers' }
  | { kind: 'run' | 'log' | 'merged'; runId: string }
  | { kind: 'lines'; runId: string; batchId: string }
  | { kind: 'import' | 'import-log' | 'import-merged'; importId: string }
  | { kind: 'import-lines'; importId: string; batchId: string }

const MAX_ID = 200

export const fleetScope: Scope = 'fleet'
export const containersScope: Scope = 'containers'
export const runScope = (runId: string): Scope => `run/${runId}`
export const logScope = (runId: string): Scope => `log/${runId}`
/** The backend's lines and the output of all batches' containers. */
export const mergedLogScope = (runId: string): Scope => `merged/${runId}`
/** The output of a batch's containers. */
export const batchLogScope = (runId: string, batchId: string): Scope => `lines/${escapeId(runId)}/${batchId}`
export const importScope = (importId: string): Scope => `import/${importId}`
export const importLogScope = (importId: string): Scope => `import-log/${importId}`
export const importMergedLogScope = (importId: string): Scope => `import-merged/${importId}`
export const importBatchLogScope = (importId: string, batchId: string): Scope =>
  `import-lines/${escapeId(importId)}/${batchId}`

/** Identifies a run: a followed one, or, if `importId` is set, an imported one, which may have the same run id. */
export interface RunRef {
  readonly runId: string
  readonly importId: string | null
}

export const scopesOf = ({ runId, importId }: RunRef) =>
  importId === null
    ? {
        run: runScope(runId),
        log: logScope(runId),
        merged: mergedLogScope(runId),
        linesOf: (batchId: string) => batchLogScope(runId, batchId),
      }
    : {
        run: importScope(importId),
        log: importLogScope(importId),
        merged: importMergedLogScope(importId),
        linesOf: (batchId: string) => importBatchLogScope(importId, batchId),
      }

/**
 * Escapes only the characters that would end the id early: `encodeURIComponent` on the whole id throws on half a surrogate pair.
 */
const escapeId = (id: string) => id.replace(/[%/]/g, encodeURIComponent)
const unescapeId = (id: string) => id.replace(/%2[5F]/g, decodeURIComponent)

/** Splits a scope into its parts; undefined if the text is no scope. An id may hold any characters, also `/`. */
export function parseScope(text: string): ScopeParts | undefined {
  if (text === 'fleet' || text === 'containers') return { kind: text }
  const slash = text.indexOf('/')
  const kind = text.slice(0, slash)
  const rest = text.slice(slash + 1)
  if (kind === 'run' || kind === 'log' || kind === 'merged') return isId(rest) ? { kind, runId: rest } : undefined
  if (kind === 'import' || kind === 'import-log' || kind === 'import-merged')
    return isId(rest) ? { kind, importId: rest } : undefined
  const ids = twoIds(rest)
  if (!ids) return undefined
  const [id, batchId] = ids
  // Accept one spelling only: two texts for one scope would be two scopes.
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
