import { Readable } from 'node:stream'
import type { HubApi } from '../../../hub/api'
import { nameOf } from '../../../sites/sites'
import type { Reply } from '../reply'
import type { Call } from './call'

export async function isAlive(): Promise<Reply> {
  return { status: 200, json: { alive: true } }
}

/**
 * Ready whenever pages can be served: the page of a backend that is down is still worth serving. Only a person who may see pages
 * gets the details, which probes don't need.
 */
export async function isReady({ sites, warnings, person }: Call): Promise<Reply> {
  const stateOf = (hub: HubApi) => ({ links: hub.links(), recording: hub.recording() })
  const { only } = sites
  const all = only ? stateOf(only) : { sites: sites.hubs.map(hub => ({ site: nameOf(hub), ...stateOf(hub) })) }
  return { status: 200, json: { ready: true, ...(person && { ...all, warnings: warnings() }) } }
}

/** The sites of this dashboard, all of which this process follows itself. */
export async function listSites({ sites }: Call): Promise<Reply> {
  const told = sites.hubs.map(async hub => {
    const { backend, docker } = hub.links()
    const { runs } = await hub.fleet()
    const link = { backend, docker, store: 'off' }
    return { name: nameOf(hub), backend: hub.backend, owner: null, self: true, link, age: 0, runs: runs.length }
  })
  return { status: 200, json: { sites: await Promise.all(told) } }
}

export async function getMetrics({ metrics, sites }: Call): Promise<Reply> {
  const text = await metrics.text(site => sites.get(site) !== undefined)
  return { status: 200, text: Readable.from([text]) }
}

/** Asks backend and Docker at once, for a reader who does not want to wait for the next try. */
export async function askSources({ sites }: Call): Promise<Reply> {
  if (sites.only) return { status: 200, json: await sites.only.askSources() }
  const asked = sites.hubs.map(async hub => ({ site: nameOf(hub), ...(await hub.askSources()) }))
  return { status: 200, json: { sites: await Promise.all(asked) } }
}
