import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import Docker from 'dockerode'
import type { ContainerFacts } from '../../run/evidence/container-facts'
import type { EngineEvent, Inspection, Listed } from '../../docker/engine/answers'
import type { DockerListener } from '../../docker/watcher'

/** A container id of the real form. */
export const idOf = (n: number): string => n.toString(16).padStart(64, '0')

const noLabels = { runId: null, batchId: null }

/** An event of the container `id`, at `at` ms by the Engine's clock. */
export const eventOf = (
  id: string,
  action: EngineEvent['action'],
  at: number,
  more: Partial<EngineEvent> = {},
): EngineEvent => ({
  id,
  action,
  name: `ckrv-${id}`,
  image: 'ckrv-agent:latest',
  labels: noLabels,
  exitCode: null,
  signal: null,
  health: undefined,
  nano: BigInt(at) * 1_000_000n,
  ...more,
})

export const inspectionOf = (id: string, more: Partial<Inspection> = {}): Inspection => ({
  id,
  name: `ckrv-${id}`,
  image: 'ckrv-agent:latest',
  state: 'created',
  stateWord: null,
  exitCode: 0,
  error: null,
  oomKilled: false,
  health: null,
  restarts: 0,
  createdAt: 1_000,
  startedAt: null,
  finishedAt: null,
  labels: noLabels,
  command: [],
  mounts: [],
  tty: false,
  ...more,
})

export const listedOf = (id: string, more: Partial<Listed> = {}): Listed => ({
  id,
  name: `ckrv-${id}`,
  image: 'ckrv-agent:latest',
  state: 'created',
  stateWord: null,
  createdAt: 1_000,
  labels: noLabels,
  ...more,
})

/**
 * Runs out of memory if it has about 8 MiB. The Engine misses this if it happens before the start is complete, or together with the
 * end, so the shell waits before and after.
 */
export const RUNS_OUT_OF_MEMORY =
  '/bin/busybox sleep 1; (x=0123456789abcdef; while :; do x=$x$x; done); code=$?; /bin/busybox sleep 0.5; exit $code'

/** The notifications of a watcher, and a way to wait for more. */
export class Told implements DockerListener {
  readonly latest = new Map<string, ContainerFacts>()
  readonly all: ContainerFacts[] = []
  readonly odds: string[] = []
  readonly failures: unknown[] = []
  lists = 0
  #waiting: { check: () => boolean; done: () => void }[] = []

  container(facts: ContainerFacts): void {
    this.all.push(facts)
    this.latest.set(facts.id, facts)
    this.changed()
  }

  listed(): void {
    this.lists += 1
    this.changed()
  }

  changed(): void {
    this.#waiting = this.#waiting.filter(({ check, done }) => {
      const met = check()
      if (met) done()
      return !met
    })
  }

  odd(reason: string): void {
    this.odds.push(reason)
  }

  failed(error: unknown): void {
    this.failures.push(error)
  }

  /** Resolves when the condition holds; it is checked at every notification. */
  async until(check: () => boolean): Promise<void> {
    if (!check()) await new Promise<void>(done => this.#waiting.push({ check, done }))
  }
}

const BUSYBOX = '/bin/busybox'

/** The socket of the default Engine. */
export const socketAtHand = (process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock').replace(/^unix:\/\//, '')

/** The reason why no container can run here, fit for a skipped test's name; null if one can. */
export async function whyNoContainers(): Promise<string | null> {
  if (!existsSync(BUSYBOX)) return `needs ${BUSYBOX}`
  if (!socketAtHand.startsWith('/')) return 'needs an Engine at a socket'
  return new Docker({ socketPath: socketAtHand }).ping().then(
    () => null,
    () => 'no Docker Engine answers',
  )
}

/** Makes an image of one program, /bin/busybox, and returns its name. */
export async function importBusybox(docker: Docker): Promise<string> {
  const repo = `watch-test-${randomUUID()}`
  const program = readFileSync(BUSYBOX)
  const header = Buffer.alloc(512)
  header.write('bin/busybox')
  header.write('0000755\0', 100)
  header.write(`${program.length.toString(8).padStart(11, '0')}\0`, 124)
  header.write('        0ustar\u000000', 148)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  const padding = Buffer.alloc((512 - (program.length % 512)) % 512)
  const tar = Readable.from([Buffer.concat([header, program, padding, Buffer.alloc(1024)])])
  const answer = await docker.importImage(tar, { repo, tag: '1' })
  await once(answer.resume(), 'end')
  return `${repo}:1`
}

/** Creates a container that runs a script, named as the backend names its agents' containers. */
export async function createAgent(
  docker: Docker,
  image: string,
  script: string,
  host: Docker.HostConfig = {},
  more: Partial<Docker.ContainerCreateOptions> = {},
): Promise<Docker.Container> {
  return docker.createContainer({
    Image: image,
    Cmd: [BUSYBOX, 'sh', '-c', script],
    Env: ['ANTHROPIC_API_KEY=sk-ant-planted'],
    name: `ckrv-${randomUUID()}`,
    ...more,
    HostConfig: { NetworkMode: 'none', ...host },
  })
}
