import { isSpecName } from '../lib/run/spec-name'
import type { RunAt } from '../lib/sync/scope'

/** The paths of the pages: apart from the requests, which are loaded later. */

/** An id as a part of an address. An unpaired surrogate cannot be encoded, so it is replaced. */
export const part = (id: string) => encodeURIComponent(id.toWellFormed())

/** The query that opens a batch. */
export const batchQuery = (batchId: string | null) => (batchId === null ? '' : `?batch=${part(batchId)}`)

/** The path of a page of a site. There is only one if it has no name. */
const sitePath = (site: string | undefined, path: string) => (site === undefined ? path : `/sites/${site}${path}`)

/** The path of a run's page; with `batchId`, that batch is open there. */
export const runPath = ({ runId, site }: RunAt, batchId: string | null = null) =>
  sitePath(site, `/runs/${part(runId)}${batchQuery(batchId)}`)
/** The path of an import's page. */
export const importPath = (importId: string, batchId: string | null = null) =>
  `/imports/${part(importId)}${batchQuery(batchId)}`
/** The path of a spec's page; null for a name that could be a path: no folder has it. */
export const specPath = (spec: string, site?: string) =>
  isSpecName(spec) ? sitePath(site, `/specs/${part(spec)}`) : null
