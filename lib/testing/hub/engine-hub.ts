import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { promisify } from 'node:util'
import { pino } from 'pino'
import { expect, vi } from 'vitest'
import { z } from 'zod'
import { BackendHttp } from '../../backend/http'
import { Engine, type DockerHost } from '../../docker/engine/engine'
import { readDockerHost } from '../../docker/engine/host'
import { PLANTED_KEY } from '../../reference-backend/agents/agent-containers'
import type { Options } from '../../reference-backend/options'
import { startReferenceBackend, type ReferenceBackend } from '../../reference-backend/server'
import type { AgentContainer, Batch, Fleet, Snapshot } from '../../run/model'
import { MemoryPublisher } from '../../sync/memory-publisher'
import { parseScope } from '../../sync/parse-scope'
import type { Scope } from '../../sync/scope'
import { Hub } from '../../hub/hub'
import { Recorder } from '../../hub/recording/recorder'
import { projectWith, type PlannedBatch } from './project'

/** A backend whose agents run in real containers, and a hub that watches both. */
export interface EngineHub {
  project: string
  /** Batch ids have a common prefix, which nothing else on the Engine uses. */
  id: (name: string) => string
  backend: ReferenceBackend
  hub: Hub
  http: BackendHttp
  /** Every state of a run and of the fleet that was sent to pages, in order. */
  seen: Snapshot[]
  fleets: Fleet[]
  /** The Engine, in the form of DOCKER_HOST; undefined for the default one. */
  dockerHost: string | undefined
  /** The lines that the hub logged. */
  logged: string[]
  /** Containers of this setup that belong to no batch. */
  helpers: Set<string>
  /**
   * A later hub, with everything that it publishes; the first one continues. With a folder it continues from the recordings there.
   */
  another: (dataDir?: string) => Promise<EngineHub>
  /** Ends the whole setup. */
  end: () => Promise<void>
}

type Wanted = Partial<Omit<Options, 'project' | 'docker'>> & { plan: (id: (name: string) => string) => PlannedBatch[] }

/** The Engine's address in the form that the hub needs. */
function engineAt(host: string | undefined): DockerHost {
  const read = readDockerHost(host === undefined ? process.env : { DOCKER_HOST: host })
  if (read.host === null || read.host === 'off') throw new Error(`No Docker: ${read.problems.join(' ')}`)
  return read.host
}

const setups: EngineHub[] = []

/** Starts the whole setup; `closeEngineHubs` ends it. Agents print one line and take 300 ms. */
export async function startEngineHub({ plan, ...options }: Wanted): Promise<EngineHub> {
  const tag = randomBytes(3).toString('hex')
  const id = (name: string) => `${name}-${tag}`
  const project = await projectWith(plan(id))
  const script = () => ({ ms: 300, lines: [{ stream: 'stdout' as const, text: 'working' }] })
  const backend = await startReferenceBackend({ generation: 'B', script, ...options, project, docker: 'on' })
  const end = async () => {
    await backend.close()
    await rm(project, { recursive: true, force: true })
  }
  return watched({ project, id, backend, dockerHost: options.dockerHost, helpers: new Set(), end })
}

/** A hub of the backend and its Engine, and everything that it publishes. */
async function watched(
  place: Pick<EngineHub, 'project' | 'id' | 'backend' | 'dockerHost' | 'helpers' | 'end'>,
  dataDir?: string,
): Promise<EngineHub> {
  const backendUrl = new URL(place.backend.url)
  const logged: string[] = []
  const log = pino({ level: 'trace' }, { write: (line: string) => void logged.push(line) })
  const seen: Snapshot[] = []
  const fleets: Fleet[] = []
  const look = async (scope: Scope) => {
    const parts = parseScope(scope)
    if (parts?.kind === 'fleet') fleets.push(await hub.fleet())
    if (parts?.kind !== 'run') return
    const snapshot = await hub.snapshot(parts.runId)
    if (snapshot) seen.push(snapshot)
  }
  const fail = (error: unknown) => void logged.push(`FAULT ${String(error)}`)
  const publisher = new MemoryPublisher({
    broadcast: scope => void look(scope).catch(fail),
    audience: () => 1,
    failed: (_, error) => fail(error),
  })
  const engine = new Engine(engineAt(place.dockerHost))
  const recorder = dataDir === undefined ? {} : { recorder: new Recorder(dataDir, log) }
  const hub = new Hub({ backendUrl, engine, publisher, log, ...recorder })
  if (dataDir !== undefined) await hub.restore()
  const end = async () => {
    await hub.close()
    publisher.stop()
    await place.end()
  }
  const another = (dataDir?: string) => watched({ ...place, end: async () => undefined }, dataDir)
  const setup = { ...place, hub, http: new BackendHttp(backendUrl), seen, fleets, logged, another, end }
  setups.push(setup)
  return setup
}

/** After each test: no key was published, no internal error happened, and nothing is left behind. */
export async function closeEngineHubs(): Promise<void> {
  // The latest first: the first one also ends the backend and the Engine that all of them watch.
  for (const setup of setups.splice(0).reverse()) {
    try {
      const told = await everythingTold(setup)
      expect(told.some(text => text.includes(setup.id('')))).toBe(true)
      // Not `toContain`: a failure would print megabytes.
      expect(told.filter(text => text.includes('sk-ant-') || text.includes(PLANTED_KEY))).toEqual([])
      expect(setup.logged.filter(line => /^FAULT|a step failed/.test(line))).toEqual([])
    } finally {
      await setup.end()
    }
  }
}

/** All output of the hub, as JSON: the states sent to pages, the answers to requests, run logs, and its own log. */
async function everythingTold({ hub, seen, fleets, logged }: EngineHub): Promise<string[]> {
  const told: unknown[] = [seen, fleets, await hub.fleet(), await hub.containers()]
  for (const { runId } of await hub.runs()) {
    const snapshot = await hub.snapshot(runId)
    told.push(snapshot, await hub.logs.page(runId, { after: 0, limit: 10_000 }))
    for (const { id } of snapshot?.batches ?? [])
      told.push(await hub.logs.page(runId, { batch: id, after: 0, limit: 10_000 }))
  }
  return [...told.map(part => JSON.stringify(part)), ...logged]
}

/** Resolves with the first snapshot that matches. */
export const until = (
  { hub }: Pick<EngineHub, 'hub'>,
  runId: string,
  check: (snapshot: Snapshot) => void,
  timeout = 30_000,
): Promise<Snapshot> =>
  vi.waitFor(
    async () => {
      const snapshot = await hub.snapshot(runId)
      if (!snapshot) throw new Error('no such run')
      check(snapshot)
      return snapshot
    },
    { timeout, interval: 40 },
  )

/** A batch of a snapshot. */
export function batchOf({ batches }: Snapshot, id: string): Batch {
  const batch = batches.find(each => each.id === id)
  if (!batch) throw new Error(`no batch ${id}`)
  return batch
}

/** Every verdict that was ever sent to pages, once each, with the batch's claimed status. */
export const verdictsSeen = ({ seen }: EngineHub, batchId?: string): string[] => [
  ...new Set(
    seen.flatMap(({ batches }) =>
      batches
        .filter(({ id }) => batchId === undefined || id === batchId)
        .map(({ status, verdict }) => `${status} ${verdict}`),
    ),
  ),
]

/** The setup's own containers in the hub's list. */
export async function ownContainers({ hub, id, helpers }: EngineHub): Promise<AgentContainer[]> {
  const tail = id('')
  const { containers } = await hub.containers()
  return containers.filter(({ id, batchId }) => helpers.has(id) || batchId?.endsWith(tail) === true)
}

/** How late pages learned of the start and end of containers, ms by the Engine's clock, which is also ours. */
export function delays({ seen }: EngineHub): number[] {
  const told = new Map<string, number>()
  for (const { now, batches } of seen) {
    for (const { id, startedAt, finishedAt } of batches.flatMap(({ containers }) => containers)) {
      for (const at of [startedAt, finishedAt]) {
        const key = `${id} ${at ?? ''}`
        if (at !== null && !told.has(key)) told.set(key, Date.parse(now) - Date.parse(at))
      }
    }
  }
  return [...told.values()].sort((a, b) => a - b)
}

/** The agents' output, without Groundtruth's own messages about reading it. */
export const printed = async ({ hub }: EngineHub, runId: string, batch: string): Promise<string[]> => {
  const page = await hub.logs.page(runId, { batch, after: 0, limit: 10_000 })
  return page?.lines.filter(({ stream }) => stream !== 'system').map(({ text }) => text) ?? []
}

export const texts = async ({ hub }: EngineHub, runId: string, batch?: string): Promise<string[]> => {
  const page = await hub.logs.page(runId, { ...(batch !== undefined && { batch }), after: 0, limit: 10_000 })
  return page?.lines.map(({ text }) => text) ?? []
}

const row = z.object({ ID: z.string(), Names: z.string(), Image: z.string(), State: z.string(), Mounts: z.string() })
const run = promisify(execFile)

async function dockerPs({ project, dockerHost }: EngineHub): Promise<string[]> {
  const env = { ...process.env, ...(dockerHost !== undefined && { DOCKER_HOST: dockerHost }) }
  const { stdout } = await run('docker', ['ps', '-a', '--no-trunc', '--format', '{{json .}}'], { env })
  return stdout
    .split('\n')
    .filter(line => line !== '')
    .map(line => row.parse(JSON.parse(line)))
    .filter(({ Mounts }) => Mounts.includes(project))
    .map(({ ID, Names, Image, State }) => [ID, Names, Image, State].join(' '))
    .sort()
}

/** The reason why the `docker` client cannot be used; null if it can. */
const whyNoClient = (): Promise<string | null> =>
  run('docker', ['--version']).then(
    () => null,
    () => 'no docker client',
  )

/**
 * Expects the hub's list to equal the output of the `docker` client, at a moment when nothing changes.
 * @returns how many containers there are, or -1 if there is no client to compare with
 */
export async function sameAsDocker(setup: EngineHub): Promise<number> {
  const why = await whyNoClient()
  if (why !== null) {
    console.log(`not compared with docker ps: ${why}`)
    return -1
  }
  return vi.waitFor(
    async () => {
      const before = await dockerPs(setup)
      const listed = await ownContainers(setup)
      const after = await dockerPs(setup)
      expect(after).toEqual(before)
      expect(listed.map(({ id, name, image, state }) => [id, name, image, state].join(' ')).sort()).toEqual(before)
      return before.length
    },
    { timeout: 20_000, interval: 100 },
  )
}
