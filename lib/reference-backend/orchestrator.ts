import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { NoAgent, type Agent } from './agents/agent'
import type { Faults } from './faults'
import { behaviours, branchName, exitReason, firstParagraph, type Generation, type Happening } from './generation'
import type { History } from './history'
import type { Plan, PlanBatch, Project, Task } from './project'
import type { Pace } from './agents/simulated-agent'
import { BadFile } from './yaml-file'

export interface Order {
  spec: string
  dryRun: boolean
  resumeRunId: string | null
}

/** The environment of an execution. */
export interface Host {
  runId: string
  generation: Generation
  project: Project
  history: History
  agent: Agent
  faults: Faults
  pace: Pace
  /** Settles when the help with a merge is over; rejects once the signal aborts. */
  mergeHelp: (spec: string, signal: AbortSignal) => Promise<void>
  say: (happening: Happening) => void
  /** Aborts when the process dies: then all work stops at once. */
  ended: AbortSignal
  /** Aborts when the user stops the run: then the orchestrator ends; its agents end only in a generation that stops them. */
  stop: AbortSignal
}

interface Outcome {
  batch: PlanBatch
  branch: string
  /** Null if the batch did its work. */
  failure: string | null
}

/** The orchestrator gives up. `Happening` explains `abrupt`; `batch` is the one whose merge failed. */
class GivesUp extends Error {
  readonly abrupt: boolean
  readonly batch: PlanBatch | null

  constructor(message: string, { abrupt = false, batch = null }: { abrupt?: boolean; batch?: PlanBatch | null } = {}) {
    super(message)
    this.abrupt = abrupt
    this.batch = batch
  }
}

/** Executes a spec's plan and reports its progress. Settles when the orchestrator has ended; some agents may run longer. */
export async function execute(order: Order, host: Host): Promise<void> {
  const engine = new Engine(order, host)
  try {
    await engine.run()
  } catch (error) {
    if (host.ended.aborted) return
    if (host.stop.aborted) engine.abort()
    else engine.fail(error instanceof Error ? error : new Error(String(error)))
  }
}

const PLAN_STATUSES: ReadonlySet<string> = new Set(['pending', 'running', 'completed', 'failed'])

class Engine {
  readonly #behaviour
  readonly #working: AbortSignal
  readonly #agents: AbortSignal
  #plan: Plan = { spec_id: null, batches: [] }
  #tasks: Task[] = []
  #historyId: string | null = null

  readonly #order: Order
  readonly #host: Host

  constructor(order: Order, host: Host) {
    this.#order = order
    this.#host = host

    this.#behaviour = behaviours[host.generation]
    this.#working = AbortSignal.any([host.ended, host.stop])
    this.#agents = this.#behaviour.tellsEveryEnd ? this.#working : host.ended
  }

  async run(): Promise<void> {
    const { say } = this.#host
    this.#load()
    this.#openHistory()
    const waiting = new Set(this.#plan.batches.filter(({ status }) => status !== 'completed'))
    const done = this.#plan.batches.length - waiting.size
    if (done > 0) this.#note('info', `Resuming: ${done} batches already completed`)

    const stopped = once(this.#working, 'abort').then(() => null)
    const running = new Map<PlanBatch, Promise<Outcome>>()
    while (waiting.size + running.size > 0) {
      for (const batch of waiting) {
        if (!this.#isReady(batch, waiting, running)) continue
        waiting.delete(batch)
        running.set(batch, this.#spawn(batch))
      }
      if (running.size === 0) throw new GivesUp(`Deadlock: ${waiting.size} batches pending but none can run.`)
      const outcome = await Promise.race([stopped, ...running.values()])
      this.#working.throwIfAborted()
      if (outcome === null) continue
      running.delete(outcome.batch)
      await this.#finish(outcome)
    }
    if (this.#historyId !== null) this.#host.history.finish(this.#order.spec, this.#historyId, 'completed')
    say({ kind: 'completed', historyId: this.#historyId })
  }

  /** The user stopped the run; only a generation that has such an end records it. */
  abort(): void {
    if (!this.#behaviour.tellsEveryEnd) return
    if (this.#historyId !== null) this.#host.history.finish(this.#order.spec, this.#historyId, 'aborted')
    this.#host.say({ kind: 'aborted' })
  }

  fail(error: Error): void {
    const abrupt = !(error instanceof GivesUp) || error.abrupt
    const recorded = !abrupt || this.#behaviour.tellsEveryEnd
    if (recorded && this.#historyId !== null) {
      this.#host.history.finish(this.#order.spec, this.#historyId, 'failed', firstParagraph(error.message))
    }
    const unmerged = error instanceof GivesUp ? error.batch : null
    if (unmerged === null) this.#host.say({ kind: 'failed', reason: error.message, abrupt })
    else this.#host.say({ kind: 'merge-failed', batch: unmerged, reason: error.message })
  }

  #load(): void {
    const { project, say } = this.#host
    const { spec } = this.#order
    if (!project.has(spec, 'spec.yaml')) this.#missing(`Spec not found: ${spec}`, 'Spec not found')
    const plan = project.text(spec, 'plan.yaml')
    if (plan === null) return this.#missing(`Plan not found. Run 'ckrv plan' first.`, 'Plan not found')
    say({ kind: 'started', spec })
    this.#plan = project.plan(plan, ['id', 'name', 'status', 'reasoning'])
    for (const [place, batch] of this.#plan.batches.entries()) batch.status = this.#readStatus(batch.status, place)
    const tasks = project.text(spec, 'tasks.yaml')
    if (tasks === null) throw new BadFile('No such file or directory (os error 2)')
    this.#tasks = project.tasks(tasks)
  }

  /** Reads a plan's status as the orchestrator does: newer ones in any letter case, and an unknown one as pending. */
  #readStatus(text: string, place: number): string {
    const status = this.#behaviour.strictPlan ? text : text.toLowerCase()
    if (PLAN_STATUSES.has(status)) return status
    if (this.#behaviour.strictPlan) throw new BadFile(`batches[${place}].status: unknown variant \`${text}\``)
    return 'pending'
  }

  #missing(said: string, reason: string): never {
    this.#note('error', said)
    throw new GivesUp(reason, { abrupt: true })
  }

  /** If the entry could not be created, the run still has an id, which is stored nowhere. */
  #openHistory(): void {
    const { history } = this.#host
    const { spec, dryRun, resumeRunId } = this.#order
    if (!this.#behaviour.history) return
    this.#historyId = resumeRunId ?? history.newId()
    if (resumeRunId !== null) {
      if (history.resume(spec, resumeRunId)) {
        this.#note('info', `Resuming run: ${resumeRunId}`)
      } else {
        this.#historyId = history.newId()
        this.#note('warning', `Run ${resumeRunId} not found, starting fresh`)
      }
      return
    }
    const busy = history.busy(spec)
    if (busy !== null) {
      this.#note('warning', `Failed to create history entry: ${busy}`)
      return
    }
    history.create(spec, this.#historyId, dryRun, this.#plan.batches)
    this.#note('info', `Created run history entry: ${this.#historyId}`)
  }

  /** All its dependencies are in the plan, and none of them waits or runs. */
  #isReady(batch: PlanBatch, waiting: Set<PlanBatch>, running: Map<PlanBatch, unknown>): boolean {
    return batch.depends_on.every(id => {
      const needed = this.#plan.batches.find(other => other.id === id)
      return needed !== undefined && !waiting.has(needed) && !running.has(needed)
    })
  }

  #spawn(batch: PlanBatch): Promise<Outcome> {
    this.#host.say({ kind: 'batch-running', batch })
    batch.status = 'running'
    this.#host.project.savePlan(this.#order.spec, this.#plan)
    return this.#work(batch)
  }

  /** Never rejects: an agent may outlive the orchestrator, and then nothing handles its error. */
  async #work(batch: PlanBatch): Promise<Outcome> {
    const { agent, faults, generation, project, say } = this.#host
    const hex = randomBytes(3).toString('hex')
    const branch = branchName(generation, batch, hex)
    const worktree = join(project.root, '.chakravarti', 'worktrees', `batch-${batch.id}-${hex}_1`)
    const tasks = this.#tasks.filter(({ id }) => batch.task_ids.includes(id))
    try {
      if (this.#order.dryRun) {
        await this.#host.pace(500, this.#agents)
        return { batch, branch: 'dry-run-branch', failure: null }
      }
      // All ready batches start together; their agents print only after that.
      await this.#host.pace(1, this.#agents)
      agent.announcements.forEach(({ level, text }) => this.#note(level, text))
      const exitCode = await agent.run(
        { runId: this.#host.runId, id: batch.id, name: batch.name, reasoning: batch.reasoning, worktree, tasks },
        { signal: this.#agents, line: line => say({ kind: 'line', ...line }) },
      )
      const { text, unnoticed = false } = faults.takeFailure(batch.id) ?? {}
      const failed = exitCode !== 0 && !unnoticed
      return { batch, branch, failure: failed ? (text ?? exitReason(generation, exitCode)) : null }
    } catch (error) {
      if (error instanceof NoAgent) return this.#without(batch, branch, error.message)
      return { batch, branch, failure: `Task panic: ${error instanceof Error ? error.message : String(error)}` }
    }
  }

  #without(batch: PlanBatch, branch: string, reason: string): Outcome {
    this.#note('error', `Sandbox execution error: ${reason}`)
    return { batch, branch, failure: `Sandbox execution failed: ${reason}` }
  }

  async #finish({ batch, branch, failure }: Outcome): Promise<void> {
    const { history, project, say } = this.#host
    const { spec, dryRun } = this.#order
    if (failure !== null) {
      if (!failure.startsWith('Task panic: ')) say({ kind: 'batch-failed', batch, reason: failure })
      throw new GivesUp(failure)
    }
    if (!this.#behaviour.mergesFirst) say({ kind: 'batch-completed', batch, branch })
    if (!dryRun) {
      await this.#merge(batch, branch)
      batch.status = 'completed'
      batch.branch = branch
      project.savePlan(spec, this.#plan)
      for (const task of this.#tasks) if (batch.task_ids.includes(task.id)) task.status = 'completed'
      project.saveTasks(spec, this.#tasks)
    }
    if (this.#behaviour.mergesFirst) say({ kind: 'batch-completed', batch, branch })
    if (this.#historyId !== null) {
      history.updateBatch(spec, this.#historyId, { batch_id: batch.id, status: 'completed', branch })
    }
  }

  async #merge(batch: PlanBatch, branch: string): Promise<void> {
    const { faults, mergeHelp, project } = this.#host
    const commit = { merged: false }
    project.branches.set(branch, commit)
    this.#note('info', `Merging branch ${branch}`)
    const outcome = faults.takeMerge(batch.id)
    if (outcome === 'failed') throw new GivesUp('Merge failed', { abrupt: true, batch })
    if (outcome !== undefined) {
      this.#note('info', 'Merge conflicts detected. Attempting AI resolution...')
      await Promise.race([mergeHelp(this.#order.spec, this.#host.ended), once(this.#working, 'abort')])
      this.#working.throwIfAborted()
    }
    if (outcome === 'unresolved') throw new GivesUp('AI could not resolve all conflicts', { abrupt: true, batch })
    commit.merged = true
  }

  #note(level: 'info' | 'warning' | 'error', text: string): void {
    this.#host.say({ kind: 'note', level, text })
  }
}
