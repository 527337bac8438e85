import type { RunRef } from '../lib/client/live'
import { apiOf, ask } from './api'

/** Requests of parts that are loaded beside the first paint. */

export type { ListedRun } from './answers'

/** Every run that the dashboard keeps, newest first. */
export const listRuns = () => ask((schemas, body) => schemas.runsAnswer.parse(body).runs, 'GET', '/api/runs')

/** The lines of the backend's log of a run that come after a line; none if there are no more. */
export const logAfter = (run: RunRef, after: number) =>
  ask((schemas, body) => schemas.logAnswer.parse(body), 'GET', `${apiOf(run)}/logs?after=${after}&limit=10000`)
