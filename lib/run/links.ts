import * as z from 'zod'
import { containerFacts } from './evidence/container-facts'
import { linkState, type LinkState, type RunFields } from './model'
import { iso } from './time/time'

/** How fresh the sources of a run are. All times in ms on the server's clock. */

/** The state of the link to the backend. */
export const backendState = z.object({
  link: linkState,
  /** When it became live, or stopped being live. */
  since: z.number(),
  /** When it last stopped being live; absent if it never did. */
  lastLiveAt: z.number().exactOptional(),
})
export type BackendState = z.infer<typeof backendState>

/** The state of the link to Docker. */
export const dockerState = backendState.extend({
  /** When the last complete lists of containers were read, the newest first; two are enough. */
  lists: z.array(z.number()).readonly(),
  /** The agents' image does not exist (yet): a backend that waits for it starts no container. */
  imageMissing: z.boolean(),
})
export type DockerState = z.infer<typeof dockerState>

/** A container that works on this batch or on another, of this run or of another: which one is not known yet [DOCK-4]. */
const undecided = z.object({ batchId: z.string(), container: containerFacts })
export type AmbiguousContainer = z.infer<typeof undecided>

/** How fresh both sources are now, and the containers that can't be assigned yet. */
export const links = z.object({
  backend: backendState,
  docker: dockerState,
  undecided: z.array(undecided).readonly(),
})
export type Links = z.infer<typeof links>

/** The links for a run that is derived from claims alone: Docker is not watched. */
export const CLAIMS_ALONE: Links = {
  backend: { link: 'live', since: 0 },
  docker: { link: 'off', since: 0, lists: [], imageMissing: false },
  undecided: [],
}

/** The links as a run's fields tell them. */
export function linkFields({
  backend,
  docker,
}: Links): Pick<RunFields, 'link' | 'linkSince' | 'lastLiveAt' | 'dockerSince'> {
  return {
    link: { backend: backend.link, docker: docker.link },
    linkSince: iso(backend.since),
    ...(backend.link !== 'live' && backend.lastLiveAt !== undefined && { lastLiveAt: iso(backend.lastLiveAt) }),
    dockerSince: docker.link === 'off' ? null : iso(docker.since),
  }
}

/** The state of a link that has just become another one. */
export function changedLink<S extends BackendState>(state: S, link: LinkState, now: number): S {
  // `since` stays the same from stale to down: what the source told is last known since it stopped being live.
  const since = link === 'live' || state.link === 'live' ? now : state.since
  return { ...state, link, since, ...(state.link === 'live' && { lastLiveAt: now }) }
}

/** The same links with all times moved, ms. */
export function shiftedLinks({ backend, docker, undecided }: Links, by: number): Links {
  return {
    backend: shifted(backend, by),
    docker: { ...shifted(docker, by), lists: docker.lists.map(ms => ms + by) },
    undecided,
  }
}

function shifted<S extends BackendState>(state: S, by: number): S {
  const { since, lastLiveAt } = state
  return { ...state, since: since + by, ...(lastLiveAt !== undefined && { lastLiveAt: lastLiveAt + by }) }
}
