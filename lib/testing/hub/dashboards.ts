import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { Hub } from '../../hub/hub'
import { Recorder } from '../../hub/recording/recorder'
import { startReferenceBackend } from '../../reference-backend/server'
import { MemoryPublisher } from '../../sync/memory-publisher'
import { projectWith } from './project'

type BackendOptions = Parameters<typeof startReferenceBackend>[0]

/**
 * A backend with one spec of these batches, and dashboards that use the same data folder one after the other.
 * @param atEnd takes what ends it all, in the order in which it began
 */
export async function dashboardsOf(
  batches: Parameters<typeof projectWith>[0],
  options: Omit<BackendOptions, 'project'>,
  atEnd: (step: () => unknown) => void,
) {
  const project = await projectWith(batches)
  const folder = await mkdtemp(join(tmpdir(), 'groundtruth-'))
  const dataDir = join(folder, 'data')
  atEnd(() => rm(project, { recursive: true, force: true }))
  atEnd(() => rm(folder, { recursive: true, force: true }))
  const backend = await startReferenceBackend({ ...options, project })
  atEnd(() => backend.close())
  /** The dashboard before it must have ended. */
  const dashboard = async () => {
    const log = pino({ level: 'silent' })
    const publisher = new MemoryPublisher({ broadcast: () => undefined, audience: () => 0, failed: () => undefined })
    const recorder = new Recorder(dataDir, log)
    const hub = new Hub({ backendUrl: new URL(backend.url), engine: null, publisher, log, recorder })
    await hub.restore()
    const end = async () => {
      await hub.close()
      publisher.stop()
    }
    atEnd(end)
    return { hub, end }
  }
  return { backend, dashboard, dataDir }
}
