import type { Generation } from '../../reference-backend/generation'
import type { PageServer, PageSimulation } from './pages/pages'
import { isObject, own, parseJson, type Json } from '../../sync/json'
import type { SimulatedDocker } from './simulated-docker'
import { Execution, type Frame } from './execution'
import { NO_ENTRY, SpecFiles, type PlannedBatch } from './spec-files'
import { CLEAR, type Path, type Peer, type SimulatedSocket } from './simulated-network'

/** The plans of the simulated projects: no id is in two of them, so the plan of a container is always clear. */
const PLANS: readonly (readonly (readonly [id: string, name: string, ...dependsOn: string[]])[])[] = [
  [
    ['setup', 'Project Setup'],
    ['ui', 'Build UI', 'setup'],
    ['api', 'Build', 'setup'],
  ],
  [
    ['__proto__', 'constructor'],
    ['1', 'Batch 10'],
    ['10', 'Batch 1', '1'],
    ['a b', 'Mail'],
  ],
  [["it's", '"quoted"']],
  [
    ['x.', 'Search. Index'],
    ['toString', 'Search.'],
  ],
]

/** The spec of each run: the first runs of all specs, and the second runs of two. */
const RUNS = [0, 1, 2, 3, 0, 2]

const UNKNOWN = '{"type":"error","message":"Execution not found."}'
const PAGE = '<!doctype html><title>ckrv</title>'

/** A run as it really is, outside of the dashboard: its process may have ended. */
export interface Project {
  readonly files: SpecFiles
  readonly runId: string
  execution: Execution | null
  /** The process that executes it is still alive. */
  isAlive: boolean
  /** The dashboard's knowledge of the run, in whichever process it was received: each process records it [REC-3]. */
  readonly known: {
    /** The dashboard requested the stop, or received the abort. */
    abort: boolean
    /** The dashboard started it, and so knows whether it is a dry run. */
    accepted: boolean
    readonly heard: Set<Frame>
  }
}

/** The Rust backend: its runs, its sockets, its HTTP interface. If it dies, it forgets everything. */
export class SimulatedBackend implements Peer {
  path: Path = CLEAR
  readonly projects: Project[]
  readonly specs: readonly SpecFiles[]
  /** History entries whose run was evicted. */
  readonly evictedEntries = new Set<string>()
  readonly #sockets = new Set<SimulatedSocket>()
  #hexes = 0

  readonly #simulation: PageSimulation<PageServer>
  readonly #docker: SimulatedDocker
  readonly #options: {
    generation: Generation
    dryRun: boolean
    /** The offset of its clock from the true one, ms. */
    skew: number
    frame: (text: string) => string | null
    /** Replaces an answer to the dashboard. */
    answer: (pathname: string, text: string) => string
  }

  constructor(
    simulation: PageSimulation<PageServer>,
    docker: SimulatedDocker,
    options: {
      generation: Generation
      dryRun: boolean
      /** The offset of its clock from the true one, ms. */
      skew: number
      frame: (text: string) => string | null
      /** Replaces an answer to the dashboard. */
      answer: (pathname: string, text: string) => string
    },
  ) {
    this.#simulation = simulation
    this.#docker = docker
    this.#options = options

    const specs = PLANS.map((plan, n) => {
      const batches = plan.map(([id, name, ...dependsOn]) => ({ id, name, dependsOn, status: 'pending', branch: null }))
      return new SpecFiles(`00${n + 1}-spec`, batches)
    })
    this.projects = RUNS.flatMap((which, n) => {
      const files = specs[which]
      const known = { abort: false, accepted: false, heard: new Set<Frame>() }
      return files ? [{ files, runId: `run-${n + 1}`, execution: null, isAlive: false, known }] : []
    })
    this.specs = specs
  }

  get isDry(): boolean {
    return this.#options.dryRun
  }

  random(limit: number): number {
    return this.#simulation.random(limit)
  }

  /** The dashboard knows that the run exists. */
  isKnown(runId: string): boolean {
    const known = this.projects.find(each => each.runId === runId)?.known
    return known !== undefined && (known.accepted || known.abort || known.heard.size > 0)
  }

  /** The ends that the history may have shown for a run, at any time; empty if there is none. */
  recorded(runId: string): readonly string[] {
    const project = this.projects.find(each => each.runId === runId)
    const entry =
      project?.execution?.entry ?? this.specs.flatMap(({ entries }) => entries).find(({ id }) => id === runId)
    if (!entry || entry.status === 'running') return []
    const isShared = this.projects.filter(({ execution }) => execution?.entry === entry).length > 1
    // Each of the runs that share the entry ends it once.
    return isShared ? ['completed', 'failed', 'aborted'] : [entry.status]
  }

  /** The dashboard has evicted a run, and everything that it had received about it. */
  evicted(runId: string): void {
    const project = this.projects.find(each => each.runId === runId)
    this.evictedEntries.add(project?.execution?.entry?.id ?? runId)
    if (!project) return
    const { known } = project
    known.abort = known.accepted = false
    known.heard.clear()
  }

  answer(method: string, { pathname, searchParams }: URL, body: string | null): { status: number; text: string } {
    const json = (value: Json, status = 200) => ({
      status,
      text: this.#options.answer(pathname, JSON.stringify(value)),
    })
    if (pathname === '/health') return { status: 200, text: 'OK' }
    if (pathname === '/api/specs')
      return json({ specs: this.specs.map(({ spec }) => ({ name: spec, has_plan: true })) })
    if (pathname === '/api/plans/detail') return json(this.#planOf(searchParams.get('spec')))
    const [, spec, id] = /^\/api\/history\/([^/]+)(?:\/([^/]+))?$/.exec(pathname) ?? []
    const files = this.specs.find(each => each.spec === spec)
    if (files && this.#options.generation !== 'A') {
      if (id === undefined) return json(files.listed())
      return json(files.detail(id), files.entry(id) ? 200 : 404)
    }
    if (method === 'POST' && pathname === '/api/execution/start') return json(this.#start(parseJson(body ?? '')))
    if (method === 'POST' && pathname === '/api/execution/stop') return json(this.#stop(parseJson(body ?? '')))
    return { status: 200, text: PAGE }
  }

  joined(socket: SimulatedSocket): void {
    const project = this.projects.find(({ runId }) => runId === socket.runId)
    if (!project?.execution || !project.isAlive) {
      const text = this.#options.frame(UNKNOWN)
      if (text !== null) socket.send(text, { isReplayed: true, isEnd: false }, () => undefined)
      // A reader that joins an unknown run receives nothing, even once the run exists.
      setTimeout(() => socket.terminate(), 100)
      return
    }
    this.#sockets.add(socket)
    for (const frame of project.execution.frames) if (frame.replayed) this.#send(project, socket, frame, true)
  }

  /**
   * Starts the run: from the dashboard, or elsewhere.
   * @param resumes the entry to resume
   */
  execute(project: Project, resumes: string | null): boolean {
    if (project.execution) return false
    const { generation, dryRun, skew } = this.#options
    const now = () => this.#simulation.clock.now + skew
    project.isAlive = true
    project.execution = new Execution({ dryRun, resumes }, project.files, generation, now, frame => {
      for (const socket of this.#sockets) if (socket.runId === project.runId) this.#send(project, socket, frame, false)
    })
    return true
  }

  /** An entry that a run of the spec may resume, or an id that no history contains. */
  entryToResume({ files: { entries } }: Project, which: number): string {
    return entries[which % (entries.length + 1)]?.id ?? NO_ENTRY
  }

  /** The orchestrator takes its next step, chosen by `how`. */
  step(project: Project, how: number): void {
    const { execution } = project
    if (!execution || !project.isAlive || execution.isOver) return
    const { running, ready } = execution
    const batch = running[how % Math.max(1, running.length)]
    const next = ready[how % Math.max(1, ready.length)]
    if (next && (!batch || how % 2 === 0)) {
      const hex = (++this.#hexes).toString(16).padStart(6, '0')
      execution.begin(next, hex)
      // The agent's container appears a moment later, whatever has happened to the run by then.
      if (!execution.dryRun) this.#docker.createSoon(next.id, hex)
    } else if (batch) {
      if (how % 23 === 1) this.#finish(execution, batch, 3, () => execution.fail(batch, 3))
      else if (how % 23 === 3) this.#finish(execution, batch, 0, () => execution.failToMerge(batch))
      else this.#finish(execution, batch, 0, () => execution.complete(batch))
    }
  }

  print(project: Project, stream: 'stdout' | 'stderr', text: string): void {
    const { execution } = project
    if (execution && project.isAlive && execution.running.length > 0) execution.print(stream, text)
  }

  /** Stops the run, as the backend's own page would. */
  abort({ execution, isAlive }: Project): boolean {
    if (!execution || !isAlive || execution.isAborted) return false
    execution.abort()
    return true
  }

  /** The backend's process ends, and every run with it. */
  die(): void {
    for (const project of this.projects) {
      project.isAlive = false
      project.execution?.die()
    }
    this.path = { ...this.path, refuses: true }
    this.cut()
  }

  /** Disconnects every reader, as after a burst. */
  cut(): void {
    for (const socket of this.#sockets) socket.terminate()
    this.#sockets.clear()
  }

  #finish(execution: Execution, batch: PlannedBatch, exitCode: number, told: () => void): void {
    const hex = execution.hexOf(batch.id)
    if (hex !== undefined) this.#docker.finish(hex, exitCode)
    told()
  }

  #send(project: Project, socket: SimulatedSocket, frame: Frame, isReplayed: boolean): void {
    const text = this.#options.frame(frame.text)
    if (text === null) return
    socket.send(text, { isReplayed, isEnd: frame.isEnd }, () => {
      project.known.heard.add(frame)
      if (!frame.replayed && project.execution?.isAborted === true) project.known.abort = true
    })
  }

  /** The oldest generation cannot read a plan that it has written itself. */
  #planOf(spec: string | null): Json {
    const files = this.specs.find(each => each.spec === spec)
    const batches = files?.plan.map(({ dependsOn, ...batch }) => ({ ...batch, depends_on: dependsOn })) ?? []
    const strict = this.#options.generation === 'A' && batches.some(({ status }) => status !== 'pending')
    const raw_yaml = JSON.stringify({ batches })
    return strict ? { success: false, batches: [], raw_yaml } : { success: true, batches, raw_yaml }
  }

  #start(request: Json): Json {
    const project = this.#meant(request)
    const resumes = isObject(request) ? own(request, 'resume_run_id') : null
    return project && this.execute(project, typeof resumes === 'string' ? resumes : null)
      ? { success: true, run_id: project.runId, message: 'started' }
      : { success: false, message: 'Execution already running' }
  }

  #stop(request: Json): Json {
    const project = this.#meant(request)
    if (!project || !this.abort(project)) return { success: false, message: 'Execution not found or already stopped' }
    return { success: true, message: 'stopped' }
  }

  #meant(request: Json): Project | undefined {
    const runId = isObject(request) ? own(request, 'run_id') : null
    return this.projects.find(project => project.runId === runId)
  }
}
