import type { Reply } from '../reply'
import { followBody, momentQuery, noteBody, startBody } from '../inputs'
import { refusals } from '../refusals'
import { found, parse, runIdOf, type Call } from './call'

const addressOf = (id: string) => `/api/runs/${encodeURIComponent(id)}`

export async function listRuns({ hub }: Call): Promise<Reply> {
  return { status: 200, json: { runs: await hub.runs() } }
}

export async function startRun({ hub, person, note, body }: Call): Promise<Reply> {
  const request = parse(startBody, await body())
  note({ spec: request.spec })
  const started = await hub.start(request, person?.name ?? undefined)
  note({ runId: started.runId })
  return { status: 201, headers: { location: addressOf(started.runId) }, json: { runId: started.runId } }
}

export async function followRun({ hub, segment, note, body }: Call): Promise<Reply> {
  const id = runIdOf(segment)
  if (id === undefined) throw refusals.badRunId()
  note({ runId: id })
  const { spec } = parse(followBody, (await body()) ?? {})
  const { snapshot, created } = await hub.follow(id, spec)
  return { status: created ? 201 : 200, json: snapshot }
}

/** With `at`: the run as its page showed it at that moment. */
export async function getRun({ hub, segment, query }: Call): Promise<Reply> {
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

export async function stopRun({ hub, person, segment, note }: Call): Promise<Reply> {
  const id = found(runIdOf(segment), () => refusals.noSuchRun(segment))
  note({ runId: id })
  await hub.stop(id, person?.name ?? undefined)
  return { status: 202, json: {} }
}

export async function leaveNote({ hub, person, segment, note, body }: Call): Promise<Reply> {
  const id = found(runIdOf(segment), () => refusals.noSuchRun(segment))
  note({ runId: id })
  await hub.leaveNote(id, parse(noteBody, await body()), person?.name ?? undefined)
  return { status: 201, json: {} }
}

/** When something was learned of the run: the moments that `at` tells apart. */
export async function getMoments({ hub, segment }: Call): Promise<Reply> {
  const unknown = () => refusals.noSuchRun(segment)
  return { status: 200, json: found(await hub.moments(found(runIdOf(segment), unknown)), unknown) }
}

/** How long the batches of the run's spec usually take. */
export async function getUsual({ hub, segment }: Call): Promise<Reply> {
  const unknown = () => refusals.noSuchRun(segment)
  return { status: 200, json: found(await hub.usual(found(runIdOf(segment), unknown)), unknown) }
}
