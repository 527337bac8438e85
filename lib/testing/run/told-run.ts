import type { ContainerFacts } from '../../run/evidence/container-facts'
import type { Run } from '../../run/run'
import type { BatchStatus } from '../../run/model'
import type { HistoryReading, Message, Observation, PlanBatch, MessageClaim, Tier } from '../../run/observation'
import { CLAIMS_ALONE, type Links } from '../../run/links'
import type { Derived, RunView } from '../../run/view'
import { CheckedRun } from './checked-run'

/** When a told run begins, on both clocks, ms. */
export const T0 = Date.parse('2026-01-15T14:00:00.000Z')
export const SECOND = 1_000

/** For tests: a run reported step by step. Each message takes one second, on both clocks. */
export class Told {
  readonly #checked = new CheckedRun()
  readonly run: Run = this.#checked.run
  now = T0
  links: Links = CLAIMS_ALONE
  #connection = 0
  #index = 0
  #serial = 0

  constructor(plan: readonly (string | Partial<PlanBatch>)[] = []) {
    if (plan.length > 0) this.plan(plan)
    this.open()
  }

  observe(observation: Observation): boolean {
    return this.#checked.observe(observation)
  }

  open(): this {
    this.#connection += 1
    this.#index = 0
    this.observe({ kind: 'opened', at: this.now, connection: this.#connection })
    return this
  }

  close(): this {
    this.observe({ kind: 'closed', at: this.now, connection: this.#connection })
    return this
  }

  /** This connection has repeated everything. */
  replayed(): this {
    this.observe({ kind: 'replayed', at: this.now, connection: this.#connection })
    return this
  }

  /** The backend answers "Execution not found." */
  forgotten(): this {
    this.observe({ kind: 'unknown-run', at: this.now, connection: this.#connection })
    return this
  }

  plan(batches: readonly (string | Partial<PlanBatch>)[], shared = false): this {
    this.observe({ kind: 'plan', at: this.now, spec: '001-todo', batches: batches.map(planned), shared })
    return this
  }

  history(entry: Partial<Omit<HistoryReading, 'kind'>>): this {
    const none = {
      id: 'run-2026-01-15-a1b2c3',
      status: null,
      dryRun: false,
      startedAt: null,
      endedAt: null,
      error: null,
    }
    this.observe({ kind: 'history', at: this.now, batches: [], ...none, ...entry })
    return this
  }

  /** Docker is watched from now on; lists are read every 10 s. */
  watched(over: Partial<Links['docker']> = {}): this {
    const lists = Array.from({ length: 100 }, (_, n) => this.now + n * 10 * SECOND).reverse()
    const docker = { link: 'live', since: this.now, lists, imageMissing: false } as const
    this.links = { ...this.links, backend: { link: 'live', since: 0 }, docker: { ...docker, ...over } }
    return this
  }

  /** Docker's facts about a container that works on a batch; null: it does not work on one after all. */
  shows(batchId: string | null, container: ContainerFacts): this {
    const batch = batchId === null ? null : { id: batchId, by: 'tree' as const }
    this.observe({ kind: 'container', at: this.now, batch, container })
    return this
  }

  /** Docker's facts about containers that may or may not work on these batches. */
  mayHave(undecided: Links['undecided']): this {
    this.links = { ...this.links, undecided }
    return this
  }

  /** Another run resumes its history entry. */
  continued(from = this.now): this {
    this.observe({ kind: 'continued', at: this.now, from })
    return this
  }

  wait(ms: number): this {
    this.now += ms
    return this
  }

  /** A new message of this connection; on a later connection never the first one. Omitted fields follow from the time. */
  say(says: MessageClaim, over: Partial<Message> = {}): Message {
    this.now += SECOND
    this.#serial += 1
    const message: Message = {
      kind: 'message',
      connection: this.#connection,
      index: this.#connection > 1 ? Math.max(1, this.#index) : this.#index,
      id: `message ${String(this.#serial)}`,
      at: this.now,
      time: { ms: this.now, ns: 0 },
      live: false,
      says,
      stream: 'system',
      text: '',
      ...over,
    }
    this.#index += 1
    this.observe(message)
    return message
  }

  /** Messages that this connection repeats. */
  replay(...messages: readonly Message[]): this {
    for (const message of messages) {
      this.observe({ ...message, at: this.now, connection: this.#connection, index: this.#index, live: false })
      this.#index += 1
    }
    return this
  }

  derive(now = this.now): Derived {
    const { docker } = this.links
    const lists = docker.lists.filter(at => at <= now).slice(0, 2)
    return this.#checked.derive(now, { ...this.links, docker: { ...docker, lists } })
  }

  get view(): RunView {
    return this.derive().view
  }

  /** Every batch's status by its id. */
  get statuses(): Record<string, BatchStatus> {
    return Object.fromEntries(this.view.batches.map(({ id, status }) => [id, status]))
  }

  batch(id: string): RunView['batches'][number] {
    const found = this.view.batches.find(batch => batch.id === id)
    if (!found) throw new Error(`no batch ${id}`)
    return found
  }
}

/** `id` or `id=name`, or the fields themselves. */
function planned(batch: string | Partial<PlanBatch>): PlanBatch {
  const none = { id: '', name: null, dependsOn: [], completed: false, running: false, branch: null }
  if (typeof batch !== 'string') return { ...none, ...batch }
  const [id = '', name = id] = batch.split('=')
  return { ...none, id, name }
}

export const START: MessageClaim = { kind: 'start', spec: '001-todo' }
export const RUNNING: MessageClaim = { kind: 'run-status', status: 'running', error: null }
export const COMPLETED: MessageClaim = { kind: 'run-status', status: 'completed', error: null }
export const FAILED: MessageClaim = { kind: 'run-status', status: 'failed', error: null }
export const SUCCESS: MessageClaim = { kind: 'success' }
export const ABORT: MessageClaim = { kind: 'execution-aborted' }
export const LINE: MessageClaim = { kind: 'line' }
export const REMARK: MessageClaim = { kind: 'remark' }

export const branchOf = (id: string) => `worktree/main/ckrv-batch-${id}-1a2b3c`

export const failed = (error: string): MessageClaim => ({ kind: 'execution-failed', error })
export const batchError = (error: string): MessageClaim => ({ kind: 'batch-error', error })
export const merging = (id: string): MessageClaim => ({ kind: 'merging', branch: branchOf(id) })
export const resuming = (count: number): MessageClaim => ({ kind: 'resuming', count })

/** `batch_status`, tier 1. */
export const status = (
  id: string,
  to: BatchStatus,
  more: { name?: string; branch?: string; error?: string } = {},
): MessageClaim => ({
  kind: 'batch-status',
  id,
  status: to,
  name: more.name ?? null,
  branch: more.branch ?? null,
  error: more.error ?? null,
})

/** "Spawning batch: NAME" */
export const spawning = (name: string, tier: Tier = 2): MessageClaim => ({ kind: 'batch-start', tier, name })

/** "Batch ID completed on branch BRANCH" */
export const completedBy = (id: string, tier: Tier = 2): MessageClaim => ({
  kind: 'batch-complete',
  tier,
  sentence: 'completed',
  by: 'id',
  ref: id,
  branch: branchOf(id),
})

/** "Mission completed: NAME", "Successfully merged batch 'NAME'", "Batch 'NAME' already completed, skipping" */
export const told = (sentence: 'mission' | 'merged' | 'skipped', name: string): MessageClaim => ({
  kind: 'batch-complete',
  tier: 3,
  sentence,
  by: 'name',
  ref: name,
  branch: null,
})

export const REPOSITORY = '/home/dev/todo-app'

type Shape = Partial<Omit<ContainerFacts, 'marks'>> & {
  /** Its mount at `/workspace`, as `<batch id>-<hex6>`; null if the mount belongs to no batch. */
  tree?: string | null
  marks?: Partial<ContainerFacts['marks']>
}

/** A container that works on the batch of its tree, since `T0`; it has ended if it has an exit code. */
export function agent(id: string, { tree = 'a-1a2b3c', marks, ...over }: Shape = {}): ContainerFacts {
  const { createdAt = T0, exitCode = null } = over
  const [, batchId = '', suffix = ''] = /^(.+)-(\w{6})$/s.exec(tree ?? '') ?? []
  return {
    id,
    name: `ckrv-${id}`,
    image: 'ckrv-agent:latest',
    role: 'batch',
    marks: {
      runId: null,
      batchId: null,
      tree: tree === null ? null : { repository: REPOSITORY, batchId, suffix },
      mission: null,
      ...marks,
    },
    state: exitCode === null ? 'running' : 'exited',
    stateWord: null,
    startFailed: false,
    exitCode,
    error: null,
    oomKilled: false,
    timedOut: false,
    health: null,
    restarted: null,
    createdAt,
    startedAt: createdAt,
    finishedAt: exitCode === null ? null : createdAt,
    seenRunningAt: createdAt,
    seenEndedAt: exitCode === null ? null : (over.finishedAt ?? createdAt),
    removed: false,
    ...over,
  }
}

/** Changes the letter case of a text: the nth letter is a capital if the nth of these bits is set. */
export const spelled = (word: string, bits: number) =>
  word.replace(/./g, (letter, place: number) => ((bits >> place) & 1 ? letter.toUpperCase() : letter))
