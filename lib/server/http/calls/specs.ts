import { setTimeout as sleep } from 'node:timers/promises'
import { HubError, type HubApi } from '../../../hub/api'
import { nameOf } from '../../../sites/sites'
import { anySpec, specName, tasksQuery } from '../inputs'
import { refusals } from '../refusals'
import type { Reply } from '../reply'
import type { SiteCall } from './at-site'
import { decodedBy, found, parse, type Call } from './call'

/** The specs of one backend; of several the union, where `unread` names those that can't be asked. */
export async function listSpecs({ sites }: Call): Promise<Reply> {
  if (sites.only) return { status: 200, json: { specs: await sites.only.specs() } }
  const lists = await Promise.all(sites.hubs.map(specsAt))
  return {
    status: 200,
    json: { specs: lists.flatMap(({ specs }) => specs), unread: lists.flatMap(({ unread }) => unread) },
  }
}

/** A union waits no longer than that for one of its sites, ms: a machine that sleeps must not hold up the others [SITE-4]. */
const PATIENCE_MS = 2_000

async function specsAt(hub: HubApi) {
  const site = nameOf(hub)
  const without = (error: string) => ({ specs: [], unread: [{ site, error }] })
  const waiting = new AbortController()
  try {
    const specs = await Promise.race([hub.specs(), sleep(PATIENCE_MS, null, waiting)])
    if (specs !== null) return { specs: specs.map(spec => ({ ...spec, site })), unread: [] }
    return without(`The backend did not answer within ${PATIENCE_MS / 1_000} s. Ask again, or for this site alone.`)
  } catch (error) {
    if (error instanceof HubError) return without(error.message)
    throw error
  } finally {
    waiting.abort()
  }
}

/** What a start of the spec would find: its plan, and the runs of the spec that are not over. */
export async function getSpecPlan({ hub, segment }: SiteCall): Promise<Reply> {
  const spec = found(decodedBy(specName, segment), () => refusals.noSuchSpec(segment))
  return { status: 200, json: await hub.specPlan(spec) }
}

/** The plan of a spec and its runs that are known here, side by side. */
export async function getSpecRuns({ hub, segment }: SiteCall): Promise<Reply> {
  const unknown = () => refusals.noSuchSpec(segment)
  return { status: 200, json: found(await hub.specRuns(found(decodedBy(anySpec, segment), unknown)), unknown) }
}

/** The tasks that the plan of a spec gives one batch. */
export async function getBatchTasks({ hub, segment, query }: SiteCall): Promise<Reply> {
  const unknown = () => refusals.noSuchSpec(segment)
  const spec = found(decodedBy(anySpec, segment), unknown)
  const { batch } = parse(tasksQuery, Object.fromEntries(query))
  return { status: 200, json: found(await hub.batchTasks(spec, batch), unknown) }
}

/** Every spec, with its last runs; of several sites one overview each. */
export async function getSpecOverview({ sites }: Call): Promise<Reply> {
  if (sites.only) return { status: 200, json: await sites.only.specOverview() }
  const overviews = sites.hubs.map(async hub => ({ site: nameOf(hub), ...(await hub.specOverview()) }))
  return { status: 200, json: { sites: await Promise.all(overviews) } }
}
