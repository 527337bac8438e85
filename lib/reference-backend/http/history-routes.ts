import { z } from 'zod'
import type { Entry, History } from '../history'
import { body, json, queriedNumber, unescaped, type Answer, type Call, type Handler, type Methods } from './http'
import type { Project } from '../project'

const createBody = z.object({
  run_id: z.string(),
  dry_run: z.boolean().nullish(),
  batches: z.array(z.object({ id: z.string(), name: z.string() })),
})
const patchBody = z.object({
  status: z.string().nullish(),
  error: z.string().nullish(),
  batch_update: z
    .object({ batch_id: z.string(), status: z.string(), branch: z.string().nullish(), error: z.string().nullish() })
    .nullish(),
})
const ending = z.enum(['completed', 'failed', 'aborted'])

/** `/api/history/{spec}` and `/api/history/{spec}/{id}`, for the generations that keep a history. */
export function historyRoutes(project: Project, history: History): (path: string) => Methods | undefined {
  return path => {
    const [, first, second] = /^\/api\/history\/([^/]+)(?:\/([^/]+))?$/.exec(path) ?? []
    if (first === undefined) return undefined
    const spec = unescaped(first)
    const isKnown = project.has(spec, 'spec.yaml')
    if (second === undefined) {
      return new Map<string, Handler>([
        ['GET', call => (isKnown ? list(history, spec, call) : json(noList(spec), 404))],
        ['POST', call => (isKnown ? create(history, spec, call) : json({ success: false, error: unknown(spec) }, 404))],
      ])
    }
    const id = unescaped(second)
    return new Map<string, Handler>([
      ['GET', () => run(history, spec, id)],
      ['PATCH', call => patch(history, spec, id, call)],
      ['DELETE', () => remove(history, spec, id)],
    ])
  }
}

const unknown = (spec: string) => `Spec not found: ${spec}`

const noList = (spec: string) => ({ success: false, spec_name: spec, total_count: 0, runs: [], error: unknown(spec) })

function list(history: History, spec: string, { query }: Call): Answer {
  const limit = queriedNumber(query, 'limit', 50)
  const offset = queriedNumber(query, 'offset', 0)
  const status = query.get('status')
  const runs = history.runs(spec).filter(run => status === null || run.status === status)
  const listed = runs.slice(offset, offset + limit).map(withoutBatches)
  return json({ success: true, spec_name: spec, total_count: runs.length, runs: listed })
}

/**
 * A run as the list shows it: empty optional fields are null, and the time zone is an offset. A single run omits them, and has `Z`.
 */
const withoutBatches = (run: Entry) => ({
  id: run.id,
  spec_name: run.spec_name,
  started_at: offsetZone(run.started_at),
  ended_at: run.ended_at === undefined ? null : offsetZone(run.ended_at),
  status: run.status,
  dry_run: run.dry_run,
  elapsed_seconds: run.elapsed_seconds ?? null,
  summary: run.summary,
})

const offsetZone = (time: string) => time.replace(/Z$/, '+00:00')

function create(history: History, spec: string, call: Call): Answer {
  const { run_id, dry_run, batches } = body(call, createBody)
  const busy = history.busy(spec)
  if (busy !== null) return json({ success: false, error: busy }, 409)
  const { started_at } = history.create(spec, run_id, dry_run ?? false, batches)
  return json({ success: true, run_id, started_at: offsetZone(started_at) }, 201)
}

function run(history: History, spec: string, id: string): Answer {
  const found = history.run(spec, id)
  return found === undefined
    ? json({ success: false, error: `Run not found: ${id}` }, 404)
    : json({ success: true, run: found })
}

function patch(history: History, spec: string, id: string, call: Call): Answer {
  const { status, error, batch_update } = body(call, patchBody)
  const refused = (text: string, code: number) => json({ success: false, error: text }, code)
  if (batch_update === null || batch_update === undefined) {
    const end = ending.safeParse(status)
    if (!end.success) return refused('Either a final status or a batch_update is needed', 400)
    if (!history.finish(spec, id, end.data, error ?? undefined)) return refused(`Run not found: ${id}`, 500)
  } else if (!history.updateBatch(spec, id, batch_update)) return refused(`Run not found: ${id}`, 500)
  return json({ success: true, updated_at: offsetZone(history.now()) })
}

function remove(history: History, spec: string, id: string): Answer {
  if (history.run(spec, id)?.status === 'running') {
    return json({ success: false, error: 'Cannot delete a running run' }, 400)
  }
  history.remove(spec, id)
  return json({ success: true, deleted_run_id: id })
}
