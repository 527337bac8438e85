import type { ContainerList } from '../../../run/model'
import { containerId } from '../inputs'
import { refusals } from '../refusals'
import type { Reply } from '../reply'
import type { SiteCall } from './at-site'
import { found, type Call } from './call'

/** The containers of one site; of several the union, with the state of each Engine in `sites`. */
export async function listContainers({ sites }: Call): Promise<Reply> {
  const lists = (await Promise.all(sites.hubs.map(hub => hub.containers()))).map(told)
  const [only] = lists
  if (only && lists.length === 1) return { status: 200, json: only }
  return {
    status: 200,
    json: {
      sites: lists.map(({ containers: _, ...list }) => list),
      containers: lists.flatMap(({ site, containers }) => containers.map(each => ({ ...each, site }))),
    },
  }
}

function told({ site, docker: { link, error }, dockerSince, now, containers }: ContainerList) {
  return {
    ...(site !== undefined && { site }),
    docker: { link, ...(error !== null && { error }) },
    dockerSince,
    now,
    containers: containers.map(({ reason, ...rest }) => ({ ...rest, ...(reason !== null && { reason }) })),
  }
}

/** Only an agent whose run is over may be stopped here. The hub checks that again before it stops the container. */
export async function stopContainer({ hub, person, segment, note }: SiteCall): Promise<Reply> {
  const id = found(containerId.safeParse(segment).data, () => refusals.noSuchContainer(segment))
  note({ containerId: id })
  await hub.stopContainer(id, person?.name ?? undefined)
  return { status: 202, json: {} }
}
