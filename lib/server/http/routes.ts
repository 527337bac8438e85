import { Readable } from 'node:stream'
import type { z } from 'zod'
import type { RecordingFile } from '../../hub/recording'
import type { FoundLines, HubApi, LogChoice, LogSearch } from '../../hub/api'
import { fileName } from '../../run/text/display-text'
import type { Action } from '../audit'
import { IMPORTS, LIVENESS, RECORDING_TYPE } from './guard'
import { DOWNLOAD_PAGE, lineText, mergedLineText, pickedLog, wholeLog } from './log-download'
import {
  anySpec,
  containerId,
  followBody,
  importId,
  logsQuery,
  momentQuery,
  noteBody,
  problemsOf,
  runId,
  searchQuery,
  specName,
  startBody,
} from './inputs'
import type { Metrics } from '../metrics'
import type { Person, Role } from '../access/person'
import { refusals } from './refusals'
import type { Reply } from './reply'

/** A call that found its route. Only routes that take a body read `body`; only routes that take a large one read `pieces`. */
export interface Call {
  hub: HubApi
  metrics: Pick<Metrics, 'text'>
  /** What a person should fix, in one sentence each. */
  warnings: () => readonly string[]
  /** The sender; undefined only on routes that are open to anyone. */
  person: Person | undefined
  /** Adds facts to the call's entry in the audit log. */
  note: (facts: Record<string, string>) => void
  /** The segment at `{id}` in the path, still encoded; empty if the route has none. */
  segment: string
  query: URLSearchParams
  accept: string
  body: () => Promise<unknown>
  pieces: () => AsyncIterable<Buffer>
}

export type Handler = (call: Call) => Promise<Reply>

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
  ['/api/runs/{id}', { GET: viewer(getRun), PUT: operator('follow run', followRun) }],
  ['/api/runs/{id}/stop', { POST: operator('stop run', stopRun) }],
  ['/api/runs/{id}/notes', { POST: operator('leave note', leaveNote) }],
  ['/api/runs/{id}/moments', { GET: viewer(getMoments) }],
  ['/api/runs/{id}/usual', { GET: viewer(getUsual) }],
  ['/api/runs/{id}/logs', { GET: viewer(getLogs) }],
  ['/api/runs/{id}/logs/search', { GET: viewer(searchLog) }],
  ['/api/runs/{id}/recording', { GET: viewer(exportRun) }],
  [IMPORTS, { GET: viewer(listImports), POST: operator('import recording', importRun) }],
  ['/api/imports/{id}', { GET: viewer(getImport), DELETE: operator('remove import', removeImport) }],
  ['/api/imports/{id}/logs', { GET: viewer(getImportLogs) }],
  ['/api/imports/{id}/logs/search', { GET: viewer(searchImportLog) }],
  // For operators only: an imported recording is given out exactly as it came, and may hold unmasked secrets.
  ['/api/imports/{id}/recording', { GET: { needs: 'operator', handle: getImportRecording } }],
  ['/api/containers', { GET: viewer(listContainers) }],
  ['/api/containers/{id}/stop', { POST: operator('stop container', stopContainer) }],
  ['/api/specs', { GET: viewer(listSpecs) }],
  ['/api/specs/{id}/plan', { GET: viewer(getSpecPlan) }],
  ['/api/specs/{id}/runs', { GET: viewer(getSpecRuns) }],
  ['/api/spec-overview', { GET: viewer(getSpecOverview) }],
  [LIVENESS, { GET: anyone(isAlive) }],
  ['/readyz', { GET: anyone(isReady) }],
  ['/metrics', { GET: viewer(getMetrics) }],
])

/** The key in `routes` that a path belongs to. */
export const patternOf = (path: string) =>
  path.replace(/^\/api\/(runs|containers|imports|specs)\/[^/]+/, '/api/$1/{id}')

const addressOf = (id: string) => `/api/runs/${encodeURIComponent(id)}`

async function listRuns({ hub }: Call): Promise<Reply> {
  return { status: 200, json: { runs: await hub.runs() } }
}

async function startRun({ hub, person, note, body }: Call): Promise<Reply> {
  const request = parse(startBody, await body())
  note({ spec: request.spec })
  const started = await hub.start(request, person?.name ?? undefined)
  note({ runId: started.runId })
  return { status: 201, headers: { location: addressOf(started.runId) }, json: { runId: started.runId } }
}

async function followRun({ hub, segment, note, body }: Call): Promise<Reply> {
  const id = runIdOf(segment)
  if (id === undefined) throw refusals.badRunId()
  note({ runId: id })
  const { spec } = parse(followBody, (await body()) ?? {})
  const { snapshot, created } = await hub.follow(id, spec)
  return { status: created ? 201 : 200, json: snapshot }
}

/** With `at`: the run as its page showed it at that moment. */
async function getRun({ hub, segment, query }: Call): Promise<Reply> {
  const unknown = () => refusals.noSuchRun(segment)
  const id = found(runIdOf(segment), unknown)
  const at = query.get('at')
  const asked = at === null ? hub.snapshot(id) : hub.past(id, parse(momentQuery, { at }).at)
  const snapshot = found(await asked, unknown)
  if (snapshot.runId === id) return { status: 200, json: snapshot }
  // A run that got another id keeps its old address [RUN-13].
  return {
    status: 307,
    headers: { location: addressOf(snapshot.runId) + (at === null ? '' : `?at=${encodeURIComponent(at)}`) },
    json: snapshot,
  }
}

async function stopRun({ hub, person, segment, note }: Call): Promise<Reply> {
  const id = found(runIdOf(segment), () => refusals.noSuchRun(segment))
  note({ runId: id })
  await hub.stop(id, person?.name ?? undefined)
  return { status: 202, json: {} }
}

async function leaveNote({ hub, person, segment, note, body }: Call): Promise<Reply> {
  const id = found(runIdOf(segment), () => refusals.noSuchRun(segment))
  note({ runId: id })
  await hub.leaveNote(id, parse(noteBody, await body()), person?.name ?? undefined)
  return { status: 201, json: {} }
}

/** When something was learned of the run: the moments that `at` tells apart. */
async function getMoments({ hub, segment }: Call): Promise<Reply> {
  const unknown = () => refusals.noSuchRun(segment)
  return { status: 200, json: found(await hub.moments(found(runIdOf(segment), unknown)), unknown) }
}

/** How long the batches of the run's spec usually take. */
async function getUsual({ hub, segment }: Call): Promise<Reply> {
  const unknown = () => refusals.noSuchRun(segment)
  return { status: 200, json: found(await hub.usual(found(runIdOf(segment), unknown)), unknown) }
}

/** The backend's lines of a run; with `batch`, the output of that batch's containers. */
async function getLogs(call: Call): Promise<Reply> {
  const unknown = () => refusals.noSuchRun(call.segment)
  const id = found(runIdOf(call.segment), unknown)
  return logsOf(call, id, call.hub, unknown)
}

async function logsOf(
  { query, accept, segment }: Call,
  id: string,
  hub: Pick<HubApi, 'logs' | 'pickLines'>,
  unknown: () => Error,
): Promise<Reply> {
  const asked = parse(logsQuery, Object.fromEntries(query))
  const { batch, of: whose, after, before, limit, ...filter } = asked
  const choice = choiceOf(batch, whose)
  const place = { ...choice, after, limit, ...(before !== undefined && { before }) }
  const none = batch === undefined ? unknown : () => refusals.noSuchBatch(segment, batch)
  const isPicked = Object.keys(filter).length > 0
  if (!wantsText(accept)) {
    if (isPicked) return jsonReply(found(await hub.pickLines(id, place, filter), none))
    return { status: 200, json: found(await hub.logs(id, place), none) }
  }
  const file = [id, batch ?? whose ?? null, isPicked ? 'filtered' : null]
  const headers = attachment(fileName(file, '.log'))
  // A download is of the whole log, wherever the query would begin.
  const asText = whose === 'all' ? mergedLineText : lineText
  if (isPicked) {
    const pick = (from: number) => hub.pickLines(id, { ...choice, after: from, ...DOWNLOAD_PAGE }, filter)
    return { status: 200, headers, text: pickedLog(pick, found(await pick(0), none), filter, asText) }
  }
  const read = (from: number) => hub.logs(id, { ...choice, after: from, ...DOWNLOAD_PAGE })
  return { status: 200, headers, text: wholeLog(read, found(await read(0), none), asText) }
}

/** Throws if both are given: a batch's log is not the merged one. */
function choiceOf(batch: string | undefined, of: 'run' | 'all' | undefined): LogChoice {
  if (of !== undefined && batch !== undefined) throw refusals.badInput('of: must not stand beside batch.')
  if (batch !== undefined) return { batch }
  return of === 'all' ? { merged: true } : {}
}

/** The numbers of the lines of such a log that fit. */
async function searchLog(call: Call): Promise<Reply> {
  const unknown = () => refusals.noSuchRun(call.segment)
  const id = found(runIdOf(call.segment), unknown)
  return searchOf(call, search => call.hub.searchLog(id, search), unknown)
}

async function searchOf(
  { query, segment }: Call,
  search: (asked: LogSearch) => Promise<Generator<void, FoundLines> | undefined>,
  unknown: () => Error,
): Promise<Reply> {
  const { batch, of, ...asked } = parse(searchQuery, Object.fromEntries(query))
  const steps = found(
    await search({ ...choiceOf(batch, of), ...asked }),
    batch === undefined ? unknown : () => refusals.noSuchBatch(segment, batch),
  )
  return jsonReply(steps)
}

const jsonReply = (steps: Generator<void, unknown>): Reply => ({
  ...{ status: 200, headers: { 'content-type': 'application/json; charset=utf-8' }, text: asJson(steps) },
})

/** Yields nothing after each step but the last, so that other work runs in between, and the search ends with its reader. */
async function* asJson(steps: Generator<void, unknown>): AsyncGenerator<string> {
  let step = steps.next()
  for (; step.done !== true; step = steps.next()) yield ''
  yield JSON.stringify(step.value)
}

/** The run as a file, which any dashboard can import and a test can replay [IMP-1]. */
async function exportRun({ hub, segment }: Call): Promise<Reply> {
  const unknown = () => refusals.noSuchRecording(segment)
  const id = found(runIdOf(segment), unknown)
  return recordingReply(id, found(await hub.exportRun(id), unknown))
}

async function listImports({ hub }: Call): Promise<Reply> {
  return { status: 200, json: { imports: hub.imports.list() } }
}

async function importRun({ hub, person, note, pieces }: Call): Promise<Reply> {
  const { importId, created } = await hub.imports.add(pieces(), person?.name ?? undefined)
  note({ importId })
  return { status: created ? 201 : 200, headers: { location: `${IMPORTS}/${importId}` }, json: { importId } }
}

async function getImport({ hub, segment }: Call): Promise<Reply> {
  const snapshot = await hub.imports.snapshot(importIdOf(segment))
  return { status: 200, json: found(snapshot, () => refusals.noSuchImport(segment)) }
}

async function getImportLogs(call: Call): Promise<Reply> {
  const id = importIdOf(call.segment)
  const unknown = () => refusals.noSuchImport(call.segment)
  return logsOf(call, id, call.hub.imports, unknown)
}

async function searchImportLog(call: Call): Promise<Reply> {
  const id = importIdOf(call.segment)
  const unknown = () => refusals.noSuchImport(call.segment)
  return searchOf(call, search => call.hub.imports.searchLog(id, search), unknown)
}

async function getImportRecording({ hub, segment }: Call): Promise<Reply> {
  const id = importIdOf(segment)
  const recording = await hub.imports.recording(id)
  return recordingReply(
    id,
    found(recording, () => refusals.noSuchImport(segment)),
  )
}

async function removeImport({ hub, segment, note }: Call): Promise<Reply> {
  const id = importIdOf(segment)
  note({ importId: id })
  await hub.imports.remove(id)
  return { status: 200, json: {} }
}

function recordingReply(id: string, recording: RecordingFile): Reply {
  const headers = { 'content-type': `${RECORDING_TYPE}; charset=utf-8`, ...attachment(fileName([id], '.jsonl')) }
  return { status: 200, headers, text: recording }
}

async function listContainers({ hub }: Call): Promise<Reply> {
  const { docker, dockerSince, now, containers } = await hub.containers()
  const { link, error } = docker
  return {
    status: 200,
    json: {
      docker: { link, ...(error !== null && { error }) },
      dockerSince,
      now,
      containers: containers.map(({ reason, ...rest }) => ({ ...rest, ...(reason !== null && { reason }) })),
    },
  }
}

/** Only an agent whose run is over may be stopped here. The hub checks that again before it stops the container. */
async function stopContainer({ hub, person, segment, note }: Call): Promise<Reply> {
  const id = found(containerId.safeParse(segment).data, () => refusals.noSuchContainer(segment))
  note({ containerId: id })
  await hub.stopContainer(id, person?.name ?? undefined)
  return { status: 202, json: {} }
}

async function listSpecs({ hub }: Call): Promise<Reply> {
  return { status: 200, json: { specs: await hub.specs() } }
}

/** What a start of the spec would find: its plan, and the runs of the spec that are not over. */
async function getSpecPlan({ hub, segment }: Call): Promise<Reply> {
  const spec = found(decodedBy(specName, segment), () => refusals.noSuchSpec(segment))
  return { status: 200, json: await hub.specPlan(spec) }
}

/** The plan of a spec and its runs that are known here, side by side. */
async function getSpecRuns({ hub, segment }: Call): Promise<Reply> {
  const unknown = () => refusals.noSuchSpec(segment)
  return { status: 200, json: found(await hub.specRuns(found(decodedBy(anySpec, segment), unknown)), unknown) }
}

/** Every spec, with its last runs. */
async function getSpecOverview({ hub }: Call): Promise<Reply> {
  return { status: 200, json: await hub.specOverview() }
}

async function isAlive(): Promise<Reply> {
  return { status: 200, json: { alive: true } }
}

/**
 * Ready whenever pages can be served: the page of a backend that is down is still worth serving. Only a person who may see pages
 * gets the details, which probes don't need.
 */
async function isReady({ hub, warnings, person }: Call): Promise<Reply> {
  const told = person && { links: hub.links(), recording: hub.recording(), warnings: warnings() }
  return { status: 200, json: { ready: true, ...told } }
}

async function getMetrics({ metrics }: Call): Promise<Reply> {
  return { status: 200, text: Readable.from([await metrics.text()]) }
}

/** Makes a browser save the answer instead of showing it. */
const attachment = (name: string) => ({ 'content-disposition': `attachment; filename="${name}"` })

/** Whether the client names plain text; a client that accepts anything gets JSON. */
function wantsText(accept: string): boolean {
  return accept.split(',').some(range => range.split(';')[0]?.trim().toLowerCase() === 'text/plain')
}

/** Returns the value. Throws the error of `refusal` if there is none. */
function found<T>(value: T | undefined, refusal: () => Error): T {
  if (value === undefined) throw refusal()
  return value
}

function parse<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const result = schema.safeParse(value)
  if (!result.success) throw refusals.badInput(problemsOf(result.error))
  return result.data
}

const importIdOf = (segment: string): string =>
  found(importId.safeParse(segment).data, () => refusals.noSuchImport(segment))

/** A run's id in a path, decoded; undefined if it can't be a run's id. */
const runIdOf = (segment: string): string | undefined => decodedBy(runId, segment)

/** A segment of a path, decoded; undefined if the schema does not accept it. */
function decodedBy(schema: z.ZodType<string>, segment: string): string | undefined {
  try {
    return schema.safeParse(decodeURIComponent(segment)).data
  } catch {
    return undefined
  }
}
