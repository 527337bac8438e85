import { containerId } from '../inputs'
import { refusals } from '../refusals'
import type { Reply } from '../reply'
import { found, type Call } from './call'

export async function listContainers({ hub }: Call): Promise<Reply> {
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
export async function stopContainer({ hub, person, segment, note }: Call): Promise<Reply> {
  const id = found(containerId.safeParse(segment).data, () => refusals.noSuchContainer(segment))
  note({ containerId: id })
  await hub.stopContainer(id, person?.name ?? undefined)
  return { status: 202, json: {} }
}
