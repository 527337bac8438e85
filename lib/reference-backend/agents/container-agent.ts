import { EventEmitter, once } from 'node:events'
import { basename, dirname } from 'node:path'
import type Docker from 'dockerode'
import { NoAgent, type Agent, type Announcement, type Assignment, type Line } from './agent'
import { AGENT_MEMORY, containerName, type AgentContainers } from './agent-containers'
import { refusal, wordsOf } from '../docker'
import type { Faults } from '../faults'
import type { Generation } from '../generation'
import { BatchGates } from './batch-gates'
import { ProcessEnded } from '../backend-process'
import { batchCommand, STEPS, stepCommand } from './prompts'
import { seeded, type Script } from './script'
import { RUNS_SCRIPT, WorkTree } from '../work-tree'

/** A container that works longer than this is killed, ms. */
const LONGEST_WORK = 900_000
/** The memory limit of an agent that exceeds its memory, bytes. */
const LITTLE_MEMORY = 16 * 1024 ** 2

/** The step that does the work. */
const WORKING = 'implement'

interface Io {
  signal: AbortSignal
  line: (line: Line) => void
}

interface InContainer {
  /** Whether this container does the batch's work: faults and test output apply to it. */
  works: boolean
  created?: (id: string, name: string) => void
}

export interface Manner {
  generation: Generation
  script: Script
  speed: number
  /** Whether containers are labelled with their run and their batch; no backend in the field labels them. */
  labels: boolean
}

/** Runs each batch in a container; in the oldest generation, in four of them, one after the other. */
export class ContainerAgent implements Agent {
  readonly announcements: readonly Announcement[]
  /** Batches that do not end, batches that do not begin, and batches whose end is not noticed. */
  readonly #held = new BatchGates()
  readonly #ghosts = new BatchGates()
  readonly #silent = new BatchGates()
  readonly #trees = new Map<string, Set<WorkTree>>()
  readonly #toPrint = new Map<string, Line[]>()
  readonly #working = new Map<string, Docker.Container>()
  // Any number of tests may wait for a container.
  readonly #started = new EventEmitter().setMaxListeners(0)

  readonly #containers: AgentContainers
  readonly #manner: Manner
  readonly #faults: Faults
  readonly #longestWork: number

  constructor(containers: AgentContainers, manner: Manner, faults: Faults, longestWork = LONGEST_WORK) {
    this.#containers = containers
    this.#manner = manner
    this.#faults = faults
    this.#longestWork = longestWork

    const said = ['Executing in Docker sandbox with Claude Code...', 'Using Claude subscription']
    this.announcements = manner.generation === 'A' ? [] : said.map(text => ({ level: 'info', text }))
  }

  async run(assignment: Assignment, io: Io): Promise<number> {
    const { id } = assignment
    if (this.#ghosts.has(id)) {
      await this.#ghosts.released(id, io.signal)
      return 0
    }
    const tree = this.#prepared(assignment)
    const exitCode =
      this.#manner.generation === 'A'
        ? await this.#steps(assignment, io)
        : await this.#inContainer(assignment, batchCommand(assignment, RUNS_SCRIPT), io, { works: true })
    this.#trees.get(id)?.delete(tree)
    return exitCode
  }

  /** The batch does not end, in this and in every later execution, until it is released. */
  hold(batchId: string): void {
    this.#held.hold(batchId)
    for (const tree of this.#treesOf(batchId)) tree.hold()
  }

  /** The next time this batch runs, no container is started, and the batch does not end until it is released. */
  ghost(batchId: string): void {
    this.#ghosts.hold(batchId)
  }

  /** The end of the batch's container is not noticed until the batch is released. */
  silence(batchId: string): void {
    this.#silent.hold(batchId)
  }

  release(batchId: string): void {
    for (const holds of [this.#held, this.#ghosts, this.#silent]) holds.release(batchId)
    for (const tree of this.#treesOf(batchId)) tree.release()
  }

  /** The current agent of the batch prints this now; if there is none, the next agent that starts on the batch prints it. */
  print(batchId: string, lines: readonly Line[]): void {
    const trees = this.#treesOf(batchId)
    if (trees.size === 0) this.#toPrint.set(batchId, [...(this.#toPrint.get(batchId) ?? []), ...lines])
    for (const tree of trees) tree.say(lines)
  }

  /** The exit code of the batch's agent has changed. */
  failureChanged(batchId: string): void {
    for (const tree of this.#treesOf(batchId)) tree.exitWith(this.#faults.exitCode(batchId))
  }

  /** The container that does the batch's work; settles when it runs. */
  async container(batchId: string): Promise<Docker.Container> {
    for (;;) {
      const container = this.#working.get(batchId)
      if (container !== undefined) return container
      await once(this.#started, 'started')
    }
  }

  /** Kills the container from outside, as `docker kill` does. */
  async kill(batchId: string): Promise<void> {
    await (await this.container(batchId)).kill()
  }

  /** The batch's agent exceeds its memory. */
  async oom(batchId: string): Promise<void> {
    await (await this.container(batchId)).update({ Memory: LITTLE_MEMORY, MemorySwap: LITTLE_MEMORY })
    for (const tree of this.#treesOf(batchId)) tree.eat()
  }

  #treesOf(batchId: string): Set<WorkTree> {
    return this.#trees.get(batchId) ?? new Set()
  }

  /** Prepares a work tree with all faults and output that were ordered before this batch begins. */
  #prepared(assignment: Assignment): WorkTree {
    const { id, worktree } = assignment
    if (basename(dirname(worktree)) !== 'worktrees') throw new NoAgent('Failed to create worktree')
    const tree = new WorkTree(worktree)
    const { ms, lines } = this.#manner.script(assignment, seeded(id))
    tree.prepare(lines, ms / (lines.length + 1) / this.#manner.speed)
    tree.exitWith(this.#faults.exitCode(id))
    if (this.#held.has(id)) tree.hold()
    tree.say(this.#toPrint.get(id) ?? [])
    this.#toPrint.delete(id)
    this.#trees.set(id, this.#treesOf(id).add(tree))
    return tree
  }

  /** The exit code of a step never reaches the oldest backend: it completes the batch whatever the containers do. */
  async #steps(assignment: Assignment, io: Io): Promise<number> {
    const trace = (crate: string, text: string) =>
      io.line({ stream: 'stderr', text: `${new Date().toISOString()}  INFO ${crate}: ${text}` })
    trace('ckrv_core::runner', `Running workflow in workspace workspace=${assignment.worktree}`)
    for (const step of STEPS) {
      const { command, length } = stepCommand(
        step,
        assignment,
        step.id === WORKING ? RUNS_SCRIPT : `echo '${step.says}'`,
      )
      trace('ckrv_core::runner', `Executing step with prompt length: ${length} step_id=${step.id}`)
      await this.#inContainer(assignment, command, io, {
        works: step.id === WORKING,
        created: (id, name) =>
          trace(
            'ckrv_sandbox::docker',
            `Container created, starting execution container_id=${id} container_name=${name}`,
          ),
      })
    }
    return 0
  }

  /** Runs one container to its end and removes it. If the process dies before that end, the container runs on and stays. */
  async #inContainer(assignment: Assignment, command: string[], io: Io, step: InContainer): Promise<number> {
    const { id } = assignment
    io.signal.throwIfAborted()
    const container = await this.#create(assignment, command, step)
    const late = setTimeout(() => void this.#containers.kill(container), this.#longestWork)
    try {
      io.signal.throwIfAborted()
      await container.start().catch(cannot('start'))
      if (step.works) this.#working.set(id, container)
      this.#started.emit('started')
      const exitCode = await this.#containers.ended(container, io.line, io.signal)
      if (this.#working.get(id) === container) this.#working.delete(id)
      if (step.works) await this.#silent.released(id, io.signal)
      return exitCode
    } finally {
      clearTimeout(late)
      if (!(io.signal.reason instanceof ProcessEnded))
        await this.#containers.remove(container, { force: io.signal.aborted })
    }
  }

  async #create({ runId, id, worktree }: Assignment, command: string[], { created }: InContainer) {
    const name = containerName()
    const labels = { 'ckrv.run_id': runId, 'ckrv.batch_id': id }
    const order = { name, command, workspace: worktree, memory: AGENT_MEMORY, ...(this.#manner.labels && { labels }) }
    const container = await this.#containers.create(order).catch(cannot('create'))
    created?.(container.id, name)
    return container
  }
}

/** If the Engine is away, the first request to it fails: in the real backend this is the search for the image. */
const cannot =
  (what: 'create' | 'start') =>
  (error: unknown): never => {
    const away = 'Failed to pull image: Error in the hyper legacy client: client error (Connect)'
    throw new NoAgent(refusal(error) === null ? away : `Failed to ${what} container: ${wordsOf(error)}`, {
      cause: error,
    })
  }
