import { isSpecName } from '../lib/run/spec-name'

/** The paths of the pages: apart from the requests, which are loaded later. */

/** An id as a part of an address. An unpaired surrogate cannot be encoded, so it is replaced. */
export const part = (id: string) => encodeURIComponent(id.toWellFormed())

/** The query that opens a batch. */
export const batchQuery = (batchId: string | null) => (batchId === null ? '' : `?batch=${part(batchId)}`)

/** The path of a run's page; with `batchId`, that batch is open there. */
export const runPath = (runId: string, batchId: string | null = null) => `/runs/${part(runId)}${batchQuery(batchId)}`
/** The path of an import's page. */
export const importPath = (importId: string, batchId: string | null = null) =>
  `/imports/${part(importId)}${batchQuery(batchId)}`
/** The path of a spec's page; null for a name that could be a path: no folder has it. */
export const specPath = (spec: string) => (isSpecName(spec) ? `/specs/${part(spec)}` : null)
