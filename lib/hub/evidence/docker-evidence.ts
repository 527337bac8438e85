import { serverNow } from '../../clock/clock'
import type { Engine } from '../../docker/engine/engine'
import { DockerError } from '../../docker/engine/docker-error'
import type { KnownLines } from '../../docker/logs/known-lines'
import { DockerWatcher } from '../../docker/watcher'
import { assign, type Assignment } from '../../run/evidence/assign'
import type { CandidateRun } from '../../run/evidence/candidate-run'
import { isAtWork } from '../../run/evidence/container'
import type { ContainerFacts } from '../../run/evidence/container-facts'
import { nextOverdue } from '../../run/evidence/overdue'
import type { Evidence } from '../../run/run'
import type { AgentContainer, Batch, Finding } from '../../run/model'
import type { Observation } from '../../run/observation'
import { shortId } from '../../run/evidence/container-words'
import type { DockerState } from '../../run/links'
import { agentContainer, orphansFirst, unclaimed } from './agent-containers'
import { iso } from '../../run/time/time'
import type { AgentLogs } from '../logs'
import { AgentOutput } from './agent-output'
import { Newcomers } from './newcomers'
import { hubRefusals } from '../api'
import { ambiguousByRun, type AmbiguousByRun } from './ambiguous'

/** The runs that containers may belong to, as far as they matter here. */
export interface EvidenceRuns {
  /** The runs that these containers may belong to. A run that ended before `since` (ms) is not among them. */
  candidateRuns(since: number): CandidateRun[]
  get(runId: string): EvidenceRun | undefined
}

/** A run, as far as it matters here. */
export interface EvidenceRun {
  readonly isOver: boolean
  view(): { readonly batches: readonly Batch[] }
  observe(observation: Observation): void
}

/** Receives the reports of the evidence. */
export interface EvidenceListener {
  /** A batch's container was seen for the first time. */
  appeared(): void
  /** The link to Docker has changed, or the containers without a certain run have. */
  changed(evidence: DockerEvidence): void
  /** All containers were listed. From now on a container that is not in the list counts as missing. */
  listed(evidence: DockerEvidence): void
  /** The contents of the containers' page may have changed. */
  listChanged(): void
  odd(reason: string): void
  failed(error: unknown): void
}

type AssignedBatch = Extract<Assignment, { kind: 'assigned' }>
type Candidates = Extract<Assignment, { kind: 'unassigned' }>['candidates']

const REASSIGN_WITHIN = 20
/** After a reassignment, back off for this multiple of its duration: with many runs and containers it takes long. */
const PAUSE_FACTOR = 4
/** The number of removed containers, the newest ones, that take part in a reassignment. */
const MAX_REMOVED = 1_000

/**
 * Brings the evidence of Docker to the runs that it belongs to: watches the Engine, reassigns the containers to runs
 * whenever a container or a run changes [DOCK-4], and reads the output of the containers.
 */
export class DockerEvidence {
  /** The link and the times of the last complete lists. The object is replaced, never changed. */
  state: DockerState
  readonly #watcher: DockerWatcher
  readonly #facts = new Map<string, ContainerFacts>()
  readonly #assignments = new Map<string, AssignedBatch>()
  readonly #candidates = new Map<string, Candidates>()
  readonly #newcomers = new Newcomers()
  /** By run id: the containers that may belong to the run. A list is the same object until something in it changes. */
  ambiguous: AmbiguousByRun = new Map()
  readonly #output: AgentOutput
  #soon: NodeJS.Timeout | null = null
  /** Runs until the next moment that decides without a new fact. */
  #later: NodeJS.Timeout | null = null
  #restUntil = 0
  #listener: EvidenceListener | null = null
  #closed = false

  readonly #runs: EvidenceRuns
  readonly #agentLogs: AgentLogs

  constructor(engine: Engine, runs: EvidenceRuns, agentLogs: AgentLogs) {
    this.#runs = runs
    this.#agentLogs = agentLogs

    this.#output = new AgentOutput(engine, agentLogs, error => this.#listener?.failed(error))
    this.#watcher = new DockerWatcher(engine, {
      container: facts => this.#takeFacts(facts),
      listed: at => {
        this.state = { ...this.state, lists: [at, ...this.state.lists].slice(0, 2) }
        this.#listener?.listed(this)
        this.#listener?.listChanged()
      },
      changed: () => {
        const { state, imageMissing } = this.#watcher
        this.state = { ...this.state, ...state, imageMissing }
        this.#listener?.changed(this)
        this.#listener?.listChanged()
      },
      odd: reason => this.#listener?.odd(reason),
      failed: error => this.#listener?.failed(error),
    })
    const { state, imageMissing } = this.#watcher
    this.state = { ...state, imageMissing, lists: [] }
  }

  /**
   * Restores what was known of a run's containers before this process began. It may be out of date: once Docker has listed
   * its containers, their current states are reported [REC-7]. Call it before the start. `lines`: the lines that were read
   * of each.
   */
  restore(runId: string, evidence: readonly Evidence[], lines: ReadonlyMap<string, KnownLines>): void {
    for (const { batchId, by, container } of evidence) {
      const { id, removed } = container
      // A removed container is restored as well: its events may come again, and hold less than what is known of it
      // [DOCK-5].
      this.#watcher.restore(container)
      this.#facts.set(id, container)
      this.#assignments.set(id, { kind: 'assigned', runId, batchId, by })
      if (removed) continue
      this.#output.restore(container, lines.get(id))
    }
    this.#forgetOldest()
  }

  /** Begins to watch. */
  start(listener: EvidenceListener): void {
    this.#listener = listener
    this.#watcher.start()
    this.runsChanged()
  }

  /** Asks the Engine at once. Resolves once it has answered, or has failed. */
  askNow(): Promise<void> {
    return this.#watcher.askNow()
  }

  close(): void {
    this.#closed = true
    if (this.#soon) clearTimeout(this.#soon)
    if (this.#later) clearTimeout(this.#later)
    this.#watcher.close()
    this.#output.close()
  }

  get error(): string | null {
    return this.#watcher.error
  }

  /** A run's batches have changed, so more containers may be assignable now. */
  runsChanged(): void {
    if (this.#facts.size === 0 || this.#listener === null || this.#closed) return
    const delay = Math.max(REASSIGN_WITHIN, this.#restUntil - performance.now())
    this.#soon ??= setTimeout(() => this.#reassignNow(), delay)
  }

  /** The containers that exist now. Those that fit no running run come first. */
  list(): AgentContainer[] {
    return this.#watcher
      .existing()
      .map(facts => this.#shown(facts))
      .sort(orphansFirst)
  }

  /** The agents at work that belong to no known run. While Docker is not live, those that were known when it last was [DOCK-3.23]. */
  findings(now: number): Finding[] {
    const { link, lastLiveAt } = this.state
    const isLive = link === 'live'
    const at = isLive ? now : lastLiveAt
    if (at === undefined) return []
    const knownAt = isLive ? {} : { knownAt: iso(at) }
    const fitsNone = ({ id }: ContainerFacts) => !this.#assignments.has(id) && !this.#candidates.has(id)
    return this.#watcher
      .existing()
      .filter(fitsNone)
      .flatMap(facts => unclaimed(facts, at).map(finding => ({ ...finding, ...knownAt })))
  }

  /**
   * Stops an agent whose run is over, after it has inspected the container again. Rejects with a `HubError`.
   * @param id the full id, or the short one that `docker ps` shows
   */
  async stop(id: string): Promise<{ runId: string; batchId: string }> {
    const [known, ...others] = this.#watcher.existing().filter(facts => facts.id === id || shortId(facts.id) === id)
    if (!known || others.length > 0) throw hubRefusals.noSuchAgent(id)
    try {
      const facts = await this.#watcher.inspectNow(known.id)
      if (!facts || facts.removed) throw hubRefusals.containerRemoved(id)
      if (!isAtWork(facts)) throw hubRefusals.containerEnded(id)
      const assigned = this.#assignments.get(facts.id)
      if (!assigned || !this.#shown(facts).stoppable) throw hubRefusals.containerAtWork(id)
      await this.#watcher.stop(facts.id)
      this.#agentLogs.gap(facts.id, 'The container was stopped from the dashboard.')
      return assigned
    } catch (cause) {
      if (!(cause instanceof DockerError)) throw cause
      throw cause.kind === 'not-found' ? hubRefusals.containerRemoved(id, cause) : hubRefusals.dockerFailed(cause)
    }
  }

  #takeFacts(facts: ContainerFacts): void {
    const before = this.#facts.get(facts.id)
    this.#facts.set(facts.id, facts)
    if (facts.role === 'batch') {
      if (before?.role !== 'batch') {
        this.#newcomers.add(facts.id)
        this.#listener?.appeared()
      }
      const assigned = this.#assignments.get(facts.id)
      if (!facts.removed) this.#output.read(facts, assigned !== undefined)
      else if (before?.removed !== true) this.#output.removed(facts)
      if (assigned) this.#report(assigned, facts)
      this.runsChanged()
    }
    if (facts.removed) this.#forgetOldest()
    this.#listener?.listChanged()
  }

  #reassignNow(): void {
    this.#soon = null
    const began = performance.now()
    try {
      this.#reassign()
    } catch (error) {
      this.#listener?.failed(error)
    }
    const ended = performance.now()
    this.#restUntil = ended + PAUSE_FACTOR * (ended - began)
  }

  /** Assigns each container to a run again, and reports the changes to the runs [DOCK-4]. */
  #reassign(): void {
    const agents = [...this.#facts.values()].filter(({ role }) => role === 'batch')
    const oldest = agents.reduce((least, { createdAt }) => Math.min(least, createdAt), Infinity)
    this.#newcomers.lookAgain()
    let changed = false
    const candidateRuns = this.#runs.candidateRuns(oldest)
    const now = serverNow()
    const isNew = ({ id }: ContainerFacts) => this.#newcomers.has(id)
    for (const [id, assignment] of assign(agents, candidateRuns, { isNew, now })) {
      const facts = this.#facts.get(id)
      if (facts) changed = this.#place(facts, assignment) || changed
    }
    if (changed) this.#listener?.listChanged()
    this.#publishAmbiguous()
    this.#reassignLater(candidateRuns, now)
  }

  /**
   * Plans a reassignment for when an undecided container is no longer new [DOCK-4.2], or a batch's container is overdue [DOCK-4.40]:
   * nothing else may trigger one by then.
   */
  #reassignLater(candidateRuns: readonly CandidateRun[], now: number): void {
    if (this.#later) clearTimeout(this.#later)
    this.#later = null
    const knownIn = this.#newcomers.nextIn(id => this.#candidates.has(id)) ?? Infinity
    const delay = Math.min(knownIn, nextOverdue(candidateRuns, now) - now)
    if (delay !== Infinity) this.#later = setTimeout(() => this.runsChanged(), delay)
  }

  #publishAmbiguous(): void {
    const open = [...this.#candidates].flatMap(([id, candidates]) => {
      const container = this.#facts.get(id)
      return container ? [{ container, candidates }] : []
    })
    const before = this.ambiguous
    this.ambiguous = ambiguousByRun(open, before)
    const isNews = [...this.ambiguous].some(([runId, list]) => before.get(runId) !== list)
    if (!isNews && this.ambiguous.size === before.size) return
    this.#listener?.changed(this)
    this.#listener?.listChanged()
  }

  #place(facts: ContainerFacts, assignment: Assignment): boolean {
    const { id } = facts
    const old = this.#assignments.get(id)
    if (assignment.kind === 'unassigned' && assignment.candidates.length > 0) {
      this.#candidates.set(id, assignment.candidates)
    } else this.#candidates.delete(id)
    const assigned = assignment.kind === 'assigned' ? assignment : undefined
    if (old?.runId === assigned?.runId && old?.batchId === assigned?.batchId) return false
    if (old && old.runId !== assigned?.runId) this.#withdraw(old, facts)
    if (assigned) {
      this.#assignments.set(id, assigned)
      this.#report(assigned, facts)
      if (!facts.removed) this.#output.read(facts, true)
    } else this.#assignments.delete(id)
    this.#agentLogs.assign(id, assigned ?? null)
    return true
  }

  #report({ runId, batchId, by }: AssignedBatch, container: ContainerFacts): void {
    this.#runs.get(runId)?.observe({ kind: 'container', at: serverNow(), batch: { id: batchId, by }, container })
  }

  #withdraw({ runId }: AssignedBatch, container: ContainerFacts): void {
    this.#runs.get(runId)?.observe({ kind: 'container', at: serverNow(), batch: null, container })
  }

  /** The evidence of a removed container stays with its run [DOCK-5]. Here it matters only while it may be assigned to another. */
  #forgetOldest(): void {
    const removed = [...this.#facts.values()].filter(facts => facts.removed)
    for (const { id } of removed.slice(0, Math.max(0, removed.length - MAX_REMOVED))) {
      this.#facts.delete(id)
      this.#assignments.delete(id)
      this.#candidates.delete(id)
      this.#output.forget(id)
    }
  }

  #shown(facts: ContainerFacts): AgentContainer {
    const assigned = this.#assignments.get(facts.id)
    const run = assigned && this.#runs.get(assigned.runId)
    return agentContainer(facts, {
      assignment: assigned ?? null,
      batch: run?.view().batches.find(({ id }) => id === assigned?.batchId) ?? null,
      over: run?.isOver ?? false,
      candidates: [...new Set(this.#candidates.get(facts.id)?.map(({ runId }) => runId))],
    })
  }
}
