import type { RunAt, RunRef } from '../lib/client/live'
import type { Snapshot } from '../lib/run/model'
import type { BatchTasks } from '../lib/run/batch-tasks'
import type { SpecOverview, SpecRuns } from '../lib/run/spec-pages'
import { type Answer, apiAt, apiOf, ask, importApi, json, runApi, save } from './api'
import { fileName } from '../lib/run/text/display-text'
import { part } from './paths'
import type { Span } from './components/run/moment/moments'

/** Requests of parts that are loaded beside the first paint. */

export type { ListedRun } from './answers'

const nothing = () => null

/** Lists the specs of the backend, or of all. */
export const listSpecs = (site?: string) =>
  ask((schemas, body) => schemas.specsAnswer.parse(body).specs, 'GET', apiAt(site, '/api/specs'))

/** The state of a spec before a start. */
export const specPlan = (spec: string, site?: string) =>
  ask((schemas, body) => schemas.planAnswer.parse(body), 'GET', apiAt(site, `/api/specs/${part(spec)}/plan`))

interface StartRequest {
  site?: string
  spec: string
  runId?: string
  dryRun?: boolean
  model?: string
  /** The history's entry that the run continues. */
  resumeRunId?: string
}

/** Starts a run. The request is sent once and never repeated automatically. */
export const startRun = (request: StartRequest) =>
  ask((schemas, body) => schemas.runAnswer.parse(body), 'POST', '/api/runs', json(request))

/** The current id of a run: a run found in the history gets another id once its stream is known [RUN-13]. */
export const idOfRun = (run: RunAt) => ask((schemas, body) => schemas.runAnswer.parse(body).runId, 'GET', runApi(run))

/** Follows a run that was started elsewhere. */
export const followRun = (run: RunAt) => ask(nothing, 'PUT', runApi(run), json({}))

/** Asks the backend to stop a run. The stream reports the end later. */
export const stopRun = (run: RunAt) => ask(nothing, 'POST', runApi(run, '/stop'), json({}))

/** Stops the container of an agent if its run is over; the server refuses any other container. */
export const stopContainer = (id: string, site?: string) =>
  ask(nothing, 'POST', apiAt(site, `/api/containers/${part(id)}/stop`), json({}))

/** Uploads an exported recording; returns the id of the import. */
export const importRecording = (file: Blob) =>
  ask((schemas, body) => schemas.importAnswer.parse(body).importId, 'POST', '/api/imports', {
    type: 'application/x-ndjson',
    content: file,
  })

/** Removes an import permanently, for every reader. */
export const removeImport = (importId: string) => ask(nothing, 'DELETE', importApi(importId))

/** A run's recording up to now, saved as a file that any dashboard can import. */
export const saveRecording = (run: RunRef) =>
  save(apiOf(run, '/recording'), 'application/x-ndjson', fileName([run.runId], '.jsonl'), 'The recording')

/** Every run that the dashboard keeps, newest first. */
export const listRuns = (site?: string) =>
  ask((schemas, body) => schemas.runsAnswer.parse(body).runs, 'GET', apiAt(site, '/api/runs'))

/** The lines of the backend's log of a run that come after a line; none if there are no more. */
export const logAfter = (run: RunRef, after: number) =>
  ask((schemas, body) => schemas.logAnswer.parse(body), 'GET', apiOf(run, `/logs?after=${after}&limit=10000`))

/** How long the batches of the run's spec usually take. */
export const usualOf = (run: RunAt) =>
  ask((schemas, body) => schemas.usualAnswer.parse(body), 'GET', runApi(run, '/usual'))

/** The run as it is now. */
export const runOf = (run: RunAt): Promise<Answer<Snapshot>> =>
  ask((schemas, body) => schemas.snapshotAnswer.parse(body), 'GET', runApi(run))

/** Asks backend and Docker at once, and waits for their answers. */
export const askSources = (site?: string) =>
  ask((schemas, body) => schemas.linksAnswer.parse(body), 'POST', apiAt(site, '/api/sources/ask'))

/** Leaves a note on a run. */
export const leaveNote = (run: RunAt, note: { text: string; settles?: boolean }) =>
  ask(() => null, 'POST', runApi(run, '/notes'), json(note))

/** The run as its page showed it at a moment, ms on the server's clock. */
export const pastOf = (run: RunAt, at: number): Promise<Answer<Snapshot>> =>
  ask(
    (schemas, body) => schemas.pastAnswer.parse(body),
    'GET',
    runApi(run, `?at=${encodeURIComponent(new Date(at).toISOString())}`),
  )

/** The moments of a run up to now. */
export const spanOf = (run: RunAt): Promise<Answer<Span>> =>
  ask(
    (schemas, body) => {
      const { from, to, changes } = schemas.momentsAnswer.parse(body)
      return { from: Date.parse(from), to: Date.parse(to), changes: changes.map(at => Date.parse(at)) }
    },
    'GET',
    runApi(run, '/moments'),
  )

/** The plan of a spec, and its runs side by side. */
export const specRuns = (spec: string, site?: string): Promise<Answer<SpecRuns>> =>
  ask((schemas, body) => schemas.specRunsAnswer.parse(body), 'GET', apiAt(site, `/api/specs/${part(spec)}/runs`))

/** What the plan and the tasks of a spec say now of a batch. */
export const batchTasks = (spec: string, batchId: string, site?: string): Promise<Answer<BatchTasks>> =>
  ask(
    (schemas, body) => schemas.tasksAnswer.parse(body),
    'GET',
    apiAt(site, `/api/specs/${part(spec)}/tasks?batch=${encodeURIComponent(batchId.toWellFormed())}`),
  )

/** Every spec, with its last runs. */
export const specOverview = (site?: string): Promise<Answer<SpecOverview>> =>
  ask((schemas, body) => schemas.specOverviewAnswer.parse(body), 'GET', apiAt(site, '/api/spec-overview'))

/** A recording beyond this is not read only to be kept, bytes. */
const MOST_KEPT = 64 * 1024 * 1024

/** The file of an import, to bring it back after its removal; null if it can't be read, or is too large for that. */
export async function recordingToKeep(importId: string): Promise<Blob | null> {
  const stop = new AbortController()
  try {
    const path = apiOf({ runId: '', importId }, '/recording')
    const { ok, body } = await fetch(path, { cache: 'no-store', signal: stop.signal })
    if (!ok || body === null) return null
    const parts: Uint8Array<ArrayBuffer>[] = []
    let size = 0
    for (const reader = body.getReader(); ;) {
      const { done, value } = await reader.read()
      if (done) return new Blob(parts)
      parts.push(value)
      size += value.byteLength
      if (size > MOST_KEPT) break
    }
    stop.abort()
    return null
  } catch {
    // The server is away, or the file is: the removal says so.
    return null
  }
}
