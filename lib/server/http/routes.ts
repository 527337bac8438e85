import type { Role } from '../access/person'
import type { Action } from '../audit'
import type { Handler } from './calls/call'
import { listContainers, stopContainer } from './calls/containers'
import { atAnyRun, atContainer, atRun, atSpec } from './calls/at-site'
import { getLogs, searchLog } from './calls/logs'
import { askSources, getMetrics, isAlive, isReady, listSites } from './calls/operation'
import {
  exportRun,
  getImport,
  getImportLogs,
  getImportRecording,
  importRun,
  listImports,
  removeImport,
  searchImportLog,
} from './calls/recordings'
import { followRun, getMoments, getRun, getUsual, leaveNote, listRuns, startRun, stopRun } from './calls/runs'
import { getBatchTasks, getSpecOverview, getSpecPlan, getSpecRuns, listSpecs } from './calls/specs'
import { IMPORTS, LIVENESS } from './guard'

/**
 * A handler, and the lowest role that may use it; null: anyone [SAFE-3]. A route with an `action` changes something, and is
 * audited.
 */
export interface Route {
  needs: Role | null
  action?: Action
  handle: Handler
}

const anyone = (handle: Handler): Route => ({ needs: null, handle })
const viewer = (handle: Handler): Route => ({ needs: 'viewer', handle })
const operator = (action: Action, handle: Handler): Route => ({ needs: 'operator', action, handle })

export const methods = ['GET', 'POST', 'PUT', 'DELETE'] as const

/** The HTTP interface, row by row. `{id}` stands for one segment. */
export const routes: ReadonlyMap<string, Partial<Record<(typeof methods)[number], Route>>> = new Map([
  ['/api/runs', { GET: viewer(listRuns), POST: operator('start run', startRun) }],
  ['/api/runs/{id}', { GET: viewer(atRun(getRun)), PUT: operator('follow run', atAnyRun(followRun)) }],
  ['/api/runs/{id}/stop', { POST: operator('stop run', atRun(stopRun)) }],
  ['/api/runs/{id}/notes', { POST: operator('leave note', atRun(leaveNote)) }],
  ['/api/runs/{id}/moments', { GET: viewer(atRun(getMoments)) }],
  ['/api/runs/{id}/usual', { GET: viewer(atRun(getUsual)) }],
  ['/api/runs/{id}/logs', { GET: viewer(atRun(getLogs)) }],
  ['/api/runs/{id}/logs/search', { GET: viewer(atRun(searchLog)) }],
  ['/api/runs/{id}/recording', { GET: viewer(atRun(exportRun)) }],
  [IMPORTS, { GET: viewer(listImports), POST: operator('import recording', importRun) }],
  ['/api/imports/{id}', { GET: viewer(getImport), DELETE: operator('remove import', removeImport) }],
  ['/api/imports/{id}/logs', { GET: viewer(getImportLogs) }],
  ['/api/imports/{id}/logs/search', { GET: viewer(searchImportLog) }],
  // For operators only: an imported recording is given out exactly as it came, and may hold unmasked secrets.
  ['/api/imports/{id}/recording', { GET: { needs: 'operator', handle: getImportRecording } }],
  ['/api/containers', { GET: viewer(listContainers) }],
  ['/api/containers/{id}/stop', { POST: operator('stop container', atContainer(stopContainer)) }],
  ['/api/specs', { GET: viewer(listSpecs) }],
  ['/api/specs/{id}/plan', { GET: viewer(atSpec(getSpecPlan)) }],
  ['/api/specs/{id}/runs', { GET: viewer(atSpec(getSpecRuns)) }],
  ['/api/specs/{id}/tasks', { GET: viewer(atSpec(getBatchTasks)) }],
  ['/api/spec-overview', { GET: viewer(getSpecOverview) }],
  ['/api/sites', { GET: viewer(listSites) }],
  // For viewers, too, and not audited: it only asks a moment earlier what is asked every few seconds anyway.
  ['/api/sources/ask', { POST: viewer(askSources) }],
  [LIVENESS, { GET: anyone(isAlive) }],
  ['/readyz', { GET: anyone(isReady) }],
  ['/metrics', { GET: viewer(getMetrics) }],
])

/** The key in `routes` that a path belongs to. */
export const patternOf = (path: string) =>
  path.replace(/^\/api\/(runs|containers|imports|specs)\/[^/]+/, '/api/$1/{id}')
