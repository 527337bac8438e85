/**
 * What a page subscribes to: the fleet, the agents' containers, a run, a run's log, its merged log, or a batch's log. Imported runs have scopes of
 * their own kinds, so no run id can lead to the scope of an import [IMP-2].
 */
export type Scope =
  | 'fleet'
  | 'containers'
  | `${'run' | 'log' | 'merged' | 'import' | 'import-log' | 'import-merged'}/${string}`
  | `${'lines' | 'import-lines'}/${string}/${string}`

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
