import type { HubApi } from '../../../hub/api'
import { nameOf, type Sites } from '../../../sites/sites'
import { containerId } from '../inputs'
import { refusals } from '../refusals'
import { found, runIdOf, type Call, type Handler } from './call'

/** A call about one site: `hub` is that site's. */
export interface SiteCall extends Call {
  hub: HubApi
}

type SiteHandler = (call: SiteCall) => ReturnType<Handler>

/** A call about a run that is known: at the site that the call names, or at the only one that knows the run [SITE-5]. */
export const atRun =
  (handle: SiteHandler): Handler =>
  async call =>
    handedTo(knownSiteOfRun(call), call, handle)

/** A call about a run that may be unknown, so that one of several sites has to be named. */
export const atAnyRun =
  (handle: SiteHandler): Handler =>
  async call =>
    handedTo(siteOfRun(call) ?? theSite(call.sites), call, handle)

/** A call about a spec: at the site that the call names, or at the only one. */
export const atSpec =
  (handle: SiteHandler): Handler =>
  async call =>
    handedTo(theSite(call.sites), call, handle)

/** A call about a container: at the site that the call names, or at the one whose Engine has the container. */
export const atContainer =
  (handle: SiteHandler): Handler =>
  async call =>
    handedTo(call.sites.only ?? (await siteOfContainer(call)), call, handle)

/** Hands a call to its site, which the audit log names if sites have names. */
function handedTo(hub: HubApi, call: Call, handle: SiteHandler): ReturnType<Handler> {
  if (hub.site !== null) call.note({ site: hub.site })
  return handle({ ...call, hub })
}

/** The site of this name, or without a name the only one. */
export function theSite(sites: Sites, name?: string): HubApi {
  if (sites.hubs.length === 0) throw refusals.noSite()
  if (name === undefined) return found(sites.only, () => refusals.siteMissing(sites.names))
  return found(sites.get(name), () => refusals.noSuchSite(name, sites.names))
}

const knownSiteOfRun = (call: Call) => found(siteOfRun(call), () => refusals.noSuchRun(call.segment))

function siteOfRun({ sites, segment }: Call): HubApi | undefined {
  if (sites.only) return sites.only
  const id = runIdOf(segment)
  const knowing = id === undefined ? [] : sites.knowing(id)
  if (knowing.length > 1) throw refusals.severalSites('run', segment, knowing.map(nameOf))
  return knowing[0]
}

async function siteOfContainer({ sites, segment }: Call): Promise<HubApi> {
  const id = found(containerId.safeParse(segment).data, () => refusals.noSuchContainer(segment))
  const lists = await Promise.all(sites.hubs.map(async hub => ({ hub, ...(await hub.containers()) })))
  const having = lists
    .filter(({ containers }) => containers.some(container => container.id.startsWith(id)))
    .map(({ hub }) => hub)
  // Never choose: a stop of the wrong one could not be taken back.
  if (having.length > 1) throw refusals.severalSites('container', id, having.map(nameOf))
  return found(having[0], () => refusals.noSuchContainer(segment))
}
