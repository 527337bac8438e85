import { z } from 'zod'

/** A spec that a run can be started of, and how far its preparation got. */
const specChoice = z.object({ name: z.string(), has_tasks: z.boolean(), has_plan: z.boolean(), task_count: z.number() })
export type SpecChoice = z.infer<typeof specChoice>

const specsAnswer = z.object({ specs: z.array(specChoice) })
const runAnswer = z.object({ runId: z.string() })
const errorAnswer = z.object({ error: z.string() })

/** An answer, or the sentence why there is none; `status` is 0 where this page's own server did not answer. */
export type Answer<T> = { ok: true; value: T } | { ok: false; status: number; error: string }

/** An id as a part of an address; half a character has no place there. */
const part = (id: string) => encodeURIComponent(id.toWellFormed())

/** The page of a run, where it is given with one of its batches open. */
export const runPath = (runId: string, batchId: string | null = null) => `/runs/${part(runId)}${query(batchId)}`
const query = (batchId: string | null) => (batchId === null ? '' : `?batch=${part(batchId)}`)
const runApi = (runId: string) => `/api/runs/${part(runId)}`

async function ask<T>(read: (body: unknown) => T, method: string, path: string, body?: object): Promise<Answer<T>> {
  try {
    const response = await fetch(path, {
      method,
      headers: { accept: 'application/json', ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
      cache: 'no-store',
    })
    const answer: unknown = response.headers.get('content-type')?.includes('json') ? await response.json() : null
    if (response.ok) return { ok: true, value: read(answer) }
    const told = errorAnswer.safeParse(answer)
    const error = told.success ? told.data.error : `The server answered ${response.status}.`
    return { ok: false, status: response.status, error }
  } catch (cause) {
    const why = cause instanceof z.ZodError ? 'Its answer can’t be read.' : 'Check the connection, then try again.'
    return { ok: false, status: 0, error: `The Groundtruth server gave no usable answer. ${why}` }
  }
}

const nothing = () => null

/** What specs the backend has. */
export const listSpecs = () => ask(body => specsAnswer.parse(body).specs, 'GET', '/api/specs')

/** Starts a run; once, never repeated by itself. */
export const startRun = (request: { spec: string; runId?: string; dryRun?: boolean; model?: string }) =>
  ask(body => runAnswer.parse(body), 'POST', '/api/runs', request)

/** What id a run has by now: one that was found in the history gets another once its stream is known [RUN-13]. */
export const idOfRun = (runId: string) => ask(body => runAnswer.parse(body).runId, 'GET', runApi(runId))

/** Follows a run that was started elsewhere. */
export const followRun = (runId: string) => ask(nothing, 'PUT', runApi(runId), {})

/** Asks the backend to stop a run; its end comes through the stream. */
export const stopRun = (runId: string) => ask(nothing, 'POST', `${runApi(runId)}/stop`, {})

/** Stops the container of an agent whose run is over; anything else is refused. */
export const stopContainer = (id: string) => ask(nothing, 'POST', `/api/containers/${part(id)}/stop`, {})

/** A run's whole log as text, or what the containers of one of its batches printed. */
export async function fetchLog(runId: string, batchId: string | null): Promise<Answer<Blob>> {
  try {
    const response = await fetch(`${runApi(runId)}/logs${query(batchId)}`, {
      headers: { accept: 'text/plain' },
      cache: 'no-store',
    })
    if (response.ok) return { ok: true, value: await response.blob() }
    return {
      ok: false,
      status: response.status,
      error: `The log can’t be downloaded: the server answered ${response.status}.`,
    }
  } catch {
    return { ok: false, status: 0, error: 'The log can’t be downloaded: the server gave no answer. Try again.' }
  }
}
