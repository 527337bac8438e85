import type { RunRef } from '../lib/client/live'
import type { Snapshot } from '../lib/run/model'
import type { BatchTasks } from '../lib/run/batch-tasks'
import type { SpecOverview, SpecRuns } from '../lib/run/spec-pages'
import { type Answer, apiOf, ask, json, runApi } from './api'
import { part } from './paths'
import type { Span } from './components/run/moment/moments'

/** Requests of parts that are loaded beside the first paint. */

export type { ListedRun } from './answers'

/** Every run that the dashboard keeps, newest first. */
export const listRuns = () => ask((schemas, body) => schemas.runsAnswer.parse(body).runs, 'GET', '/api/runs')

/** The lines of the backend's log of a run that come after a line; none if there are no more. */
export const logAfter = (run: RunRef, after: number) =>
  ask((schemas, body) => schemas.logAnswer.parse(body), 'GET', `${apiOf(run)}/logs?after=${after}&limit=10000`)

/** How long the batches of the run's spec usually take. */
export const usualOf = (runId: string) =>
  ask((schemas, body) => schemas.usualAnswer.parse(body), 'GET', `${runApi(runId)}/usual`)

/** The run as it is now. */
export const runOf = (runId: string): Promise<Answer<Snapshot>> =>
  ask((schemas, body) => schemas.snapshotAnswer.parse(body), 'GET', runApi(runId))

/** Asks backend and Docker at once, and waits for their answers. */
export const askSources = () => ask((schemas, body) => schemas.linksAnswer.parse(body), 'POST', '/api/sources/ask')

/** Leaves a note on a run. */
export const leaveNote = (runId: string, note: { text: string; settles?: boolean }) =>
  ask(() => null, 'POST', `${runApi(runId)}/notes`, json(note))

/** The run as its page showed it at a moment, ms on the server's clock. */
export const pastOf = (runId: string, at: number): Promise<Answer<Snapshot>> =>
  ask(
    (schemas, body) => schemas.pastAnswer.parse(body),
    'GET',
    `${runApi(runId)}?at=${encodeURIComponent(new Date(at).toISOString())}`,
  )

/** The moments of a run up to now. */
export const spanOf = (runId: string): Promise<Answer<Span>> =>
  ask(
    (schemas, body) => {
      const { from, to, changes } = schemas.momentsAnswer.parse(body)
      return { from: Date.parse(from), to: Date.parse(to), changes: changes.map(at => Date.parse(at)) }
    },
    'GET',
    `${runApi(runId)}/moments`,
  )

/** The plan of a spec, and its runs side by side. */
export const specRuns = (spec: string): Promise<Answer<SpecRuns>> =>
  ask((schemas, body) => schemas.specRunsAnswer.parse(body), 'GET', `/api/specs/${part(spec)}/runs`)

/** What the plan and the tasks of a spec say now of a batch. */
export const batchTasks = (spec: string, batchId: string): Promise<Answer<BatchTasks>> =>
  ask(
    (schemas, body) => schemas.tasksAnswer.parse(body),
    'GET',
    `/api/specs/${part(spec)}/tasks?batch=${encodeURIComponent(batchId.toWellFormed())}`,
  )

/** Every spec, with its last runs. */
export const specOverview = (): Promise<Answer<SpecOverview>> =>
  ask((schemas, body) => schemas.specOverviewAnswer.parse(body), 'GET', '/api/spec-overview')

/** A recording beyond this is not read only to be kept, bytes. */
const MOST_KEPT = 64 * 1024 * 1024

/** The file of an import, to bring it back after its removal; null if it can't be read, or is too large for that. */
export async function recordingToKeep(importId: string): Promise<Blob | null> {
  const stop = new AbortController()
  try {
    const path = `${apiOf({ runId: '', importId })}/recording`
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
