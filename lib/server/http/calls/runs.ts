import type { HubApi } from '../../../hub/api'
import type { RunSummary } from '../../../run/model'
import { begunAt } from '../../../run/time/begun-at'
import type { Reply } from '../reply'
import { followBody, momentQuery, noteBody, startBody } from '../inputs'
import { refusals } from '../refusals'
import { theSite, type SiteCall } from './at-site'
import { found, parse, runIdOf, type Call } from './call'

/** The address of a run, with its site if there can be several, and a moment if one is given. */
function addressOf({ site }: HubApi, id: string, at: string | null = null): string {
  const query = new URLSearchParams({ ...(site !== null && { site }), ...(at !== null && { at }) })
  return `/api/runs/${encodeURIComponent(id)}${query.size === 0 ? '' : `?${query}`}`
}

export async function listRuns({ sites }: Call): Promise<Reply> {
  const lists = await Promise.all(sites.hubs.map(hub => hub.runs()))
  return { status: 200, json: { runs: lists.length === 1 ? lists[0] : lists.flat().sort(newestFirst) } }
}

const newestFirst = (a: RunSummary, b: RunSummary) => begunAt(b) - begunAt(a)

export async function startRun({ sites, person, note, body }: Call): Promise<Reply> {
  const { site, ...request } = parse(startBody, await body())
  note({ spec: request.spec })
  const hub = theSite(sites, site)
  if (hub.site !== null) note({ site: hub.site })
  const started = await hub.start(request, person?.name ?? undefined)
  note({ runId: started.runId })
  return { status: 201, headers: { location: addressOf(hub, started.runId) }, json: { runId: started.runId } }
}

export async function followRun({ hub, segment, note, body }: SiteCall): Promise<Reply> {
  const id = runIdOf(segment)
  if (id === undefined) throw refusals.badRunId()
  note({ runId: id })
  const { spec } = parse(followBody, (await body()) ?? {})
  const { snapshot, created } = await hub.follow(id, spec)
  return { status: created ? 201 : 200, json: snapshot }
}

/** With `at`: the run as its page showed it at that moment. */
export async function getRun({ hub, segment, query }: SiteCall): Promise<Reply> {
  const unknown = () => refusals.noSuchRun(segment)
  const id = found(runIdOf(segment), unknown)
  const at = query.get('at')
  const asked = at === null ? hub.snapshot(id) : hub.past(id, parse(momentQuery, { at }).at)
  const snapshot = found(await asked, unknown)
  if (snapshot.runId === id) return { status: 200, json: snapshot }
  // A run that got another id keeps its old address [RUN-13].
  return {
    status: 307,
    headers: { location: addressOf(hub, snapshot.runId, at) },
    json: snapshot,
  }
}

export async function stopRun({ hub, person, segment, note }: SiteCall): Promise<Reply> {
  const id = found(runIdOf(segment), () => refusals.noSuchRun(segment))
  note({ runId: id })
  await hub.stop(id, person?.name ?? undefined)
  return { status: 202, json: {} }
}

export async function leaveNote({ hub, person, segment, note, body }: SiteCall): Promise<Reply> {
  const id = found(runIdOf(segment), () => refusals.noSuchRun(segment))
  note({ runId: id })
  await hub.leaveNote(id, parse(noteBody, await body()), person?.name ?? undefined)
  return { status: 201, json: {} }
}

/** When something was learned of the run: the moments that `at` tells apart. */
export async function getMoments({ hub, segment }: SiteCall): Promise<Reply> {
  const unknown = () => refusals.noSuchRun(segment)
  return { status: 200, json: found(await hub.moments(found(runIdOf(segment), unknown)), unknown) }
}

/** How long the batches of the run's spec usually take. */
export async function getUsual({ hub, segment }: SiteCall): Promise<Reply> {
  const unknown = () => refusals.noSuchRun(segment)
  return { status: 200, json: found(await hub.usual(found(runIdOf(segment), unknown)), unknown) }
}
