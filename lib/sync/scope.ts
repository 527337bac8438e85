/**
 * What a page subscribes to at a site: the fleet, the agents' containers, a run, a run's log, its merged log, or a batch's log. Imported runs
 * have scopes of their own kinds, so no run id can lead to the scope of an import [IMP-2].
 */
export type LocalScope =
  | 'fleet'
  | 'containers'
  | `${'run' | 'log' | 'merged' | 'import' | 'import-log' | 'import-merged'}/${string}`
  | `${'lines' | 'import-lines'}/${string}/${string}`

/** What a page subscribes to. The scopes of the default site have no prefix [SITE-2]. */
export type Scope = LocalScope | `site/${string}/${LocalScope}`

/** The name of the site that BACKEND_URL names [SITE-1]. */
export const DEFAULT_SITE = 'default'

/** The scope of a site. */
export const scopeAt = (site: string, scope: LocalScope): Scope =>
  site === DEFAULT_SITE ? scope : `site/${site}/${scope}`

export const fleetScope: LocalScope = 'fleet'
export const containersScope: LocalScope = 'containers'
export const runScope = (runId: string): LocalScope => `run/${runId}`
export const logScope = (runId: string): LocalScope => `log/${runId}`
/** The backend's lines and the output of all batches' containers. */
export const mergedLogScope = (runId: string): LocalScope => `merged/${runId}`
/** The output of a batch's containers. */
export const batchLogScope = (runId: string, batchId: string): LocalScope => `lines/${escapeId(runId)}/${batchId}`
export const importScope = (importId: string): LocalScope => `import/${importId}`
export const importLogScope = (importId: string): LocalScope => `import-log/${importId}`
export const importMergedLogScope = (importId: string): LocalScope => `import-merged/${importId}`
export const importBatchLogScope = (importId: string, batchId: string): LocalScope =>
  `import-lines/${escapeId(importId)}/${batchId}`

/**
 * Identifies a run: a followed one, or, if `importId` is set, an imported one, which may have the same run id. Imports belong to no
 * site. `site` is absent if there is only the default one.
 */
export interface RunRef {
  readonly runId: string
  readonly importId: string | null
  readonly site?: string
}

/** Identifies a run that is not imported. */
export type RunAt = Pick<RunRef, 'runId' | 'site'>

export function scopesOf({ runId, importId, site = DEFAULT_SITE }: RunRef) {
  const at = (scope: LocalScope) => scopeAt(site, scope)
  return importId === null
    ? {
        run: at(runScope(runId)),
        log: at(logScope(runId)),
        merged: at(mergedLogScope(runId)),
        linesOf: (batchId: string) => at(batchLogScope(runId, batchId)),
      }
    : {
        run: importScope(importId),
        log: importLogScope(importId),
        merged: importMergedLogScope(importId),
        linesOf: (batchId: string) => importBatchLogScope(importId, batchId),
      }
}

/**
 * Escapes only the characters that would end the id early: `encodeURIComponent` on the whole id throws on half a surrogate pair.
 */
const escapeId = (id: string) => id.replace(/[%/]/g, encodeURIComponent)
