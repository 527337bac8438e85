import { randomUUID } from 'node:crypto'
import { finished } from 'node:stream/promises'
import { Writable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import { setTimeout as sleep } from 'node:timers/promises'
import type Docker from 'dockerode'
import type { Line } from './agent'
import { refusal } from '../docker'

/** A key that must never appear outside; tests search for it. */
export const PLANTED_KEY = 'sk-ant-planted-5e8d1c'

const GIB = 1024 ** 3

export interface ContainerOrder {
  name: string
  command: string[]
  /** The folder at `/workspace`. */
  workspace: string
  labels?: Record<string, string>
  /** Bytes; null for no limit. */
  memory: number | null
}

/** A name as the backend gives it to every container except those of sessions and terminals. */
export const containerName = (): string => `ckrv-${randomUUID()}`

/** The resources that an agent's container may use. */
export const AGENT_MEMORY = GIB

/** The containers that a backend has created on one Engine, across all restarts of its process. */
export class AgentContainers {
  readonly #made = new Map<string, Docker.Container>()
  readonly #making = new Set<Promise<Docker.Container>>()

  readonly #docker: Docker

  constructor(
    docker: Docker,
    readonly image: string,
  ) {
    this.#docker = docker
  }

  async create(order: ContainerOrder): Promise<Docker.Container> {
    const making = this.#docker.createContainer(this.#options(order))
    this.#making.add(making)
    try {
      const container = await making
      this.#made.set(container.id, container)
      return container
    } finally {
      this.#making.delete(making)
    }
  }

  /**
   * Passes on every line that a started container prints, and settles with its exit code: -1 if it is unknown, because Docker is
   * away or the container was removed from outside. Rejects once `signal` aborts; the container then runs on.
   */
  async ended(container: Docker.Container, line: (line: Line) => void, signal: AbortSignal): Promise<number> {
    try {
      const logs = await container.logs({ follow: true, stdout: true, stderr: true, abortSignal: signal })
      const [stdout, stderr] = [new Lines('stdout', line), new Lines('stderr', line)]
      this.#docker.modem.demuxStream(logs, stdout, stderr)
      await finished(logs, { writable: false })
      stdout.end()
      stderr.end()
      for (;;) {
        const { State } = await container.inspect()
        if (!State.Running) return State.ExitCode
        await sleep(50, undefined, { signal })
      }
    } catch {
      signal.throwIfAborted()
      return -1
    }
  }

  /** Kills the container, as `docker kill` does, if it still runs. */
  async kill(container: Docker.Container): Promise<void> {
    try {
      await container.kill()
    } catch (error) {
      const status = refusal(error)
      if (status !== 404 && status !== 409 && status !== null) throw error
    }
  }

  /** Does not fail if the container was removed from outside or Docker is away: the removal is then tried again at the end. */
  async remove(container: Docker.Container, how: { force?: boolean } = {}): Promise<void> {
    try {
      await container.remove(how)
      this.#made.delete(container.id)
    } catch (error) {
      const status = refusal(error)
      if (status === 404) this.#made.delete(container.id)
      else if (status !== 409 && status !== null) throw error
    }
  }

  /** Removes all remaining containers, running or not. */
  async clear(): Promise<void> {
    await Promise.allSettled(this.#making)
    await Promise.all([...this.#made.values()].map(container => this.remove(container, { force: true })))
  }

  #options({ name, command, workspace, labels = {}, memory }: ContainerOrder): Docker.ContainerCreateOptions {
    const [user, group] = [process.getuid?.(), process.getgid?.()]
    return {
      name,
      Image: this.image,
      Cmd: command,
      Env: ['HOME=/home/claude', 'NO_COLOR=1', `ANTHROPIC_API_KEY=${PLANTED_KEY}`],
      ...(user !== undefined && group !== undefined && { User: `${user}:${group}` }),
      WorkingDir: '/workspace',
      Labels: labels,
      HostConfig: {
        NetworkMode: 'none',
        AutoRemove: false,
        Mounts: [{ Type: 'bind', Source: workspace, Target: '/workspace' }],
        ...(memory !== null && { Memory: memory }),
      },
    }
  }
}

/** Splits a container's output into lines. The last line needs no line break. */
class Lines extends Writable {
  readonly #decoder = new StringDecoder('utf8')
  #rest = ''

  readonly #stream: Line['stream']
  readonly #line: (line: Line) => void

  constructor(stream: Line['stream'], line: (line: Line) => void) {
    super()
    this.#stream = stream
    this.#line = line
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    const rows = (this.#rest + this.#decoder.write(chunk)).split('\n')
    this.#rest = rows.pop() ?? ''
    for (const text of rows) this.#line({ stream: this.#stream, text })
    done()
  }

  override _final(done: () => void): void {
    const text = this.#rest + this.#decoder.end()
    if (text !== '') this.#line({ stream: this.#stream, text })
    done()
  }
}
