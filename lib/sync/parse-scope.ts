import { isSiteName } from './site-name'
import { batchLogScope, DEFAULT_SITE, importBatchLogScope } from './scope'

export type LocalScopeParts =
  | { kind: 'fleet' | 'containers' }
  | { kind: 'run' | 'log' | 'merged'; runId: string }
  | { kind: 'lines'; runId: string; batchId: string }
  | { kind: 'import' | 'import-log' | 'import-merged'; importId: string }
  | { kind: 'import-lines'; importId: string; batchId: string }

/** Imports belong to no site; their `site` is the default one. */
export type ScopeParts = LocalScopeParts & { site: string }

const MAX_ID = 200

/** Splits a scope into its parts; undefined if the text is no scope. An id may hold any characters, also `/`. */
export function parseScope(text: string): ScopeParts | undefined {
  const [, named, local = text] = /^site\/([^/]*)\/(.*)$/s.exec(text) ?? []
  // Accept one spelling only: two texts for one scope would be two scopes.
  if (named !== undefined && (named === DEFAULT_SITE || !isSiteName(named))) return undefined
  const parts = parseLocal(local)
  if (parts === undefined || (named !== undefined && 'importId' in parts)) return undefined
  return { ...parts, site: named ?? DEFAULT_SITE }
}

function parseLocal(text: string): LocalScopeParts | undefined {
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

/** The inverse of the escape in a scope. */
const unescapeId = (id: string) => id.replace(/%2[5F]/g, decodeURIComponent)
