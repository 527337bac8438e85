import { anySpec, specName, tasksQuery } from '../inputs'
import { refusals } from '../refusals'
import type { Reply } from '../reply'
import { decodedBy, found, parse, type Call } from './call'

export async function listSpecs({ hub }: Call): Promise<Reply> {
  return { status: 200, json: { specs: await hub.specs() } }
}

/** What a start of the spec would find: its plan, and the runs of the spec that are not over. */
export async function getSpecPlan({ hub, segment }: Call): Promise<Reply> {
  const spec = found(decodedBy(specName, segment), () => refusals.noSuchSpec(segment))
  return { status: 200, json: await hub.specPlan(spec) }
}

/** The plan of a spec and its runs that are known here, side by side. */
export async function getSpecRuns({ hub, segment }: Call): Promise<Reply> {
  const unknown = () => refusals.noSuchSpec(segment)
  return { status: 200, json: found(await hub.specRuns(found(decodedBy(anySpec, segment), unknown)), unknown) }
}

/** The tasks that the plan of a spec gives one batch. */
export async function getBatchTasks({ hub, segment, query }: Call): Promise<Reply> {
  const unknown = () => refusals.noSuchSpec(segment)
  const spec = found(decodedBy(anySpec, segment), unknown)
  const { batch } = parse(tasksQuery, Object.fromEntries(query))
  return { status: 200, json: found(await hub.batchTasks(spec, batch), unknown) }
}

/** Every spec, with its last runs. */
export async function getSpecOverview({ hub }: Call): Promise<Reply> {
  return { status: 200, json: await hub.specOverview() }
}
