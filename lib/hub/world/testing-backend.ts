import type { Generation } from '../../reference-backend/generation'
import type { PageServer, World } from '../../sync/fuzz/testing'
import type { SimulatedDocker } from './testing-docker'
import { Execution, type Frame, type PlannedBatch } from './testing-execution'
import { CLEAR, type Path, type Peer, type SimulatedSocket } from './testing-network'

/** The plans of the simulated projects: no id is in two of them, so whose a container is can always be told. */
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

const UNKNOWN = '{"type":"error","message":"Execution not found."}'
const PAGE = '<!doctype html><title>ckrv</title>'

/** A run as the outside world knows it: it may be executed by a process that is no more. */
export interface Project {
  readonly spec: string
  readonly runId: string
  readonly plan: PlannedBatch[]
  execution: Execution | null
  /** The process that executes it still lives. */
  isAlive: boolean
  /** What the dashboard knows of it, whichever of its processes heard that: each records it [REC-3]. */
  readonly known: {
    /** It asked for the stop, or heard of the abort. */
    abort: boolean
    /** It started it, and so knows whether it is a dry run. */
    accepted: boolean
    readonly heard: Set<Frame>
  }
}

/** The Rust backend: its runs, its sockets, its HTTP interface. It may die, and then knows nothing. */
export class SimulatedBackend implements Peer {
  path: Path = CLEAR
  readonly projects: Project[]
  private readonly sockets = new Set<SimulatedSocket>()
  private hexes = 0

  constructor(
    private readonly world: World<PageServer>,
    private readonly docker: SimulatedDocker,
    private readonly options: {
      generation: Generation
      dryRun: boolean
      /** Its clock, against the true one, ms. */
      skew: number
      frame: (text: string) => string | null
    },
  ) {
    this.projects = PLANS.map((plan, n) => ({
      spec: `00${n + 1}-spec`,
      runId: `run-${n + 1}`,
      plan: plan.map(([id, name, ...dependsOn]) => ({ id, name, dependsOn, status: 'pending', branch: null })),
      execution: null,
      isAlive: false,
      known: { abort: false, accepted: false, heard: new Set<Frame>() },
    }))
  }

  get isDry(): boolean {
    return this.options.dryRun
  }

  random(limit: number): number {
    return this.world.random(limit)
  }

  /** The dashboard knows that the run exists. */
  isKnown(runId: string): boolean {
    const known = this.projects.find(each => each.runId === runId)?.known
    return known !== undefined && (known.accepted || known.abort || known.heard.size > 0)
  }

  /** The dashboard has evicted a run, and with it all that it had heard of it. */
  evicted(runId: string): void {
    const known = this.projects.find(each => each.runId === runId)?.known
    if (!known) return
    known.abort = known.accepted = false
    known.heard.clear()
  }

  answer(method: string, { pathname, searchParams }: URL, body: string | null): { status: number; text: string } {
    const json = (value: object) => ({ status: 200, text: JSON.stringify(value) })
    if (pathname === '/health') return { status: 200, text: 'OK' }
    if (pathname === '/api/specs') {
      return json({ specs: this.projects.map(({ spec }) => ({ name: spec, has_plan: true })) })
    }
    if (pathname === '/api/plans/detail') {
      const project = this.projects.find(({ spec }) => spec === searchParams.get('spec'))
      const batches = project?.plan.map(({ dependsOn, ...batch }) => ({ ...batch, depends_on: dependsOn })) ?? []
      // The oldest one can't read what it has written itself.
      const strict = this.options.generation === 'A' && batches.some(({ status }) => status !== 'pending')
      const raw_yaml = JSON.stringify({ batches })
      return json(strict ? { success: false, batches: [], raw_yaml } : { success: true, batches, raw_yaml })
    }
    if (method === 'POST' && pathname === '/api/execution/start') return json(this.start(body ?? ''))
    if (method === 'POST' && pathname === '/api/execution/stop') return json(this.stop(body ?? ''))
    return { status: 200, text: PAGE }
  }

  joined(socket: SimulatedSocket): void {
    const project = this.projects.find(({ runId }) => runId === socket.runId)
    if (!project?.execution || !project.isAlive) {
      const text = this.options.frame(UNKNOWN)
      if (text !== null) socket.send(text, { isReplayed: true, isEnd: false }, () => undefined)
      // Whoever asks for what does not exist hears nothing of it either once it does.
      setTimeout(() => socket.terminate(), 100)
      return
    }
    this.sockets.add(socket)
    for (const frame of project.execution.frames) if (frame.replayed) this.send(project, socket, frame, true)
  }

  /** Somebody starts it: from the dashboard, or elsewhere. */
  execute(project: Project): boolean {
    if (project.execution) return false
    const { generation, dryRun, skew } = this.options
    const now = () => this.world.clock.now + skew
    project.isAlive = true
    project.execution = new Execution(project.runId, project.spec, generation, dryRun, project.plan, now, frame => {
      for (const socket of this.sockets) if (socket.runId === project.runId) this.send(project, socket, frame, false)
    })
    return true
  }

  /** The engine takes its next step, whichever that is. */
  step(project: Project, how: number): void {
    const { execution } = project
    if (!execution || !project.isAlive || execution.isOver) return
    const { running, ready } = execution
    const batch = running[how % Math.max(1, running.length)]
    const next = ready[how % Math.max(1, ready.length)]
    if (next && (!batch || how % 2 === 0)) {
      const hex = (++this.hexes).toString(16).padStart(6, '0')
      execution.begin(next, hex)
      // The agent's container comes a moment later, whatever has become of the run by then.
      if (!execution.dryRun) this.docker.createSoon(next.id, hex)
    } else if (batch) {
      if (how % 23 === 1) this.finish(batch, 3, () => execution.fail(batch, 3))
      else if (how % 23 === 3) this.finish(batch, 0, () => execution.failToMerge(batch))
      else this.finish(batch, 0, () => execution.complete(batch))
    }
  }

  print(project: Project, stream: 'stdout' | 'stderr', text: string): void {
    const { execution } = project
    if (execution && project.isAlive && execution.running.length > 0) execution.print(stream, text)
  }

  /** As its own page would. */
  abort({ execution, isAlive }: Project): boolean {
    if (!execution || !isAlive || execution.isAborted) return false
    execution.abort()
    return true
  }

  /** Its process ends, and every run with it. */
  die(): void {
    for (const project of this.projects) project.isAlive = false
    this.path = { ...this.path, refuses: true }
    this.cut()
  }

  /** Drops every reader, as after a burst. */
  cut(): void {
    for (const socket of this.sockets) socket.terminate()
    this.sockets.clear()
  }

  private finish({ id }: PlannedBatch, exitCode: number, told: () => void): void {
    this.docker.finish(id, exitCode)
    told()
  }

  private send(project: Project, socket: SimulatedSocket, frame: Frame, isReplayed: boolean): void {
    const text = this.options.frame(frame.text)
    if (text === null) return
    socket.send(text, { isReplayed, isEnd: frame.isEnd }, () => {
      project.known.heard.add(frame)
      if (!frame.replayed && project.execution?.isAborted === true) project.known.abort = true
    })
  }

  private start(body: string): object {
    const project = this.projects.find(({ runId }) => body.includes(JSON.stringify(runId)))
    return project && this.execute(project)
      ? { success: true, run_id: project.runId, message: 'started' }
      : { success: false, message: 'Execution already running' }
  }

  private stop(body: string): object {
    const project = this.projects.find(({ runId }) => body.includes(JSON.stringify(runId)))
    if (!project || !this.abort(project)) return { success: false, message: 'Execution not found or already stopped' }
    return { success: true, message: 'stopped' }
  }
}
