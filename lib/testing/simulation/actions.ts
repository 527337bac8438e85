import fc from 'fast-check'
import { PERFECT_NETWORK } from './pages/pages'
import { applyTo, is, page, skew, networkConditions, type PageAction } from './pages/page-actions'
import type { Path } from './simulated-network'
import { CLEAR } from './simulated-network'
import { WORKING } from './execution'
import { HubSimulation, type Setting, type SimulationFault } from './simulation'

/** The possible actions; runs, pages and containers are identified by number. */
type RunAction = { run: number } & (
  | { do: 'start here' | 'start elsewhere' | 'follow' | 'stop here' | 'stop elsewhere' }
  | { do: 'resume here' | 'resume elsewhere'; entry: number }
  | { do: 'step'; how: number }
  | { do: 'print'; stream: 'stdout' | 'stderr'; text: string }
)
type OtherAction =
  | { do: 'pass'; ms: number }
  | { do: 'visit'; skew: number; ms: number }
  | { do: 'container ends'; container: number; exitCode: number; removed: boolean }
  | { do: 'backend path' | 'docker path'; path: Path }
  | { do: 'cut readers' | 'cut events' | 'backend dies' | 'docker dies' | 'docker starts' }
  | { do: 'restart'; down: number; skew: number; noticed: boolean; torn: boolean }
export type Action = RunAction | PageAction | OtherAction

const run = fc.nat({ max: 5 })
const path: fc.Arbitrary<Path> = fc.record({
  refuses: fc.constantFrom(false, false, true),
  silent: fc.constantFrom(false, false, true),
  late: fc.constantFrom(0, 0, 100, 3_000),
  twice: fc.constantFrom(0, 0, 30),
  lost: fc.constantFrom(0, 0, 10, 50),
})
const clear = fc.constant(CLEAR)

const works = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: is('step'), run, how: fc.nat({ max: 400 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: is('print'),
      run,
      stream: fc.constantFrom('stdout' as const, 'stderr' as const),
      text: fc.constantFrom(
        WORKING,
        'Execution aborted by user.',
        'Execution failed: Task failed',
        'Batch setup completed on branch worktree/main/ckrv-batch-setup-1a2b3c',
        'Spawning batch: Build UI',
        'All batches completed successfully.',
      ),
    }),
  },
)
const passes = fc.record({ do: is('pass'), ms: fc.constantFrom(10, 10, 60, 60, 300, 300, 900, 900, 4_000, 12_000) })
const begins = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: is('start here', 'start elsewhere', 'follow', 'start here', 'follow'), run }),
  },
  { weight: 1, arbitrary: fc.record({ do: is('resume here', 'resume elsewhere'), run, entry: fc.nat({ max: 3 }) }) },
)
const mishap: fc.Arbitrary<Action> = fc.oneof(
  fc.record({ do: is('cut'), page, noticed: fc.boolean() }),
  fc.record({ do: is('leave'), page }),
  fc.record({ do: is('jam', 'drain', 'sleep'), page }),
  fc.record({ do: is('wake'), page, bufferFirst: fc.boolean() }),
  fc.record({ do: is('set clock'), page, skew }),
  fc.record({ do: is('network conditions'), page, networkConditions }),
  fc.record({ do: is('network conditions'), page, networkConditions: fc.constant(PERFECT_NETWORK) }),
  fc.record({ do: is('stop here', 'stop elsewhere'), run }),
  fc.record({
    do: is('container ends'),
    container: fc.nat({ max: 20 }),
    exitCode: fc.constantFrom(0, 1, 137),
    removed: fc.boolean(),
  }),
  fc.record({ do: is('backend path', 'docker path'), path }),
  fc.record({ do: is('backend path', 'docker path'), path: clear }),
  fc.record({ do: is('cut readers', 'cut events', 'docker dies', 'docker starts') }),
  fc.record({ do: fc.nat({ max: 4 }).map(n => (n === 0 ? ('backend dies' as const) : ('cut readers' as const))) }),
  fc.record({
    do: is('restart'),
    down: fc.constantFrom(0, 2_000, 15_000),
    skew: fc.constantFrom(0, 1_000, -1_000),
    noticed: fc.boolean(),
    torn: fc.boolean(),
  }),
)
const visit = fc.record({ do: is('visit'), skew, ms: fc.constantFrom(0, 300, 4_000) })

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 8, arbitrary: works },
  { weight: 8, arbitrary: passes },
  { weight: 2, arbitrary: begins },
  { weight: 1, arbitrary: visit },
  { weight: 4, arbitrary: mishap },
)

export interface Story {
  setting: Setting
  actions: readonly Action[]
}

/** Stories with about `steps` actions. */
export const stories = (steps: number): fc.Arbitrary<Story> =>
  fc.record({
    setting: fc.record({
      seed: fc.nat(),
      generation: fc.constantFrom('A' as const, 'B' as const, 'B' as const, 'C' as const),
      dryRun: fc.nat({ max: 5 }).map(n => n === 0),
      backendSkew: fc.constantFrom(0, 0, 1_500, -1_500),
      dockerSkew: fc.constantFrom(0, 0, 1_500, -1_500),
    }),
    actions: fc.array(action, { maxLength: 2 * steps, size: 'max' }),
  })

/** Plays the story, then lets everything become quiet, and expects the final state to be right. */
export async function play({ setting, actions }: Story, fault?: SimulationFault): Promise<HubSimulation> {
  const simulation = new HubSimulation(setting, fault)
  try {
    await simulation.begin()
    await simulation.visit(0, 0)
    for (const action of actions) {
      await perform(simulation, action)
      for (const each of simulation.pages) each.paint()
    }
    await simulation.quiesce()
    return simulation
  } finally {
    await simulation.end()
  }
}

async function perform(simulation: HubSimulation, action: Action): Promise<void> {
  if ('page' in action) {
    const meant = [...simulation.pages][action.page % Math.max(1, simulation.pages.size)]
    if (meant) applyTo(meant, action, simulation)
  } else if ('run' in action) work(simulation, action)
  else await happen(simulation, action)
}

function work({ backend, server }: HubSimulation, action: RunAction): void {
  const project = backend.projects[action.run]
  if (!project) return
  const request = { spec: project.files.spec, runId: project.runId, dryRun: backend.isDry }
  const accepted = () => void (project.known.accepted = true)
  switch (action.do) {
    case 'start here':
      server.begin(request, accepted)
      break
    case 'resume here':
      server.begin({ ...request, resumeRunId: backend.entryToResume(project, action.entry) }, accepted)
      break
    case 'start elsewhere':
      if (!backend.path.refuses) backend.execute(project, null)
      break
    case 'resume elsewhere':
      if (!backend.path.refuses) backend.execute(project, backend.entryToResume(project, action.entry))
      break
    case 'follow':
      server.follow(project.runId)
      break
    case 'stop here':
      server.stopRun(project.runId, () => (project.known.abort = true))
      break
    case 'stop elsewhere':
      backend.abort(project)
      break
    case 'step':
      backend.step(project, action.how)
      break
    case 'print':
      backend.print(project, action.stream, action.text)
      break
  }
}

async function happen(simulation: HubSimulation, action: OtherAction): Promise<void> {
  const { backend, docker, server, pages } = simulation
  switch (action.do) {
    case 'pass':
      await simulation.pass(action.ms)
      break
    case 'visit':
      if (pages.size < 3) await simulation.visit(action.skew, action.ms)
      break
    case 'container ends': {
      const { containers } = docker
      const meant = containers[action.container % Math.max(1, containers.length)]
      if (meant && !docker.isDown) docker.end(meant, action.exitCode, action.removed)
      break
    }
    case 'backend path':
      backend.path = action.path
      if (action.path.refuses) backend.cut()
      break
    case 'docker path':
      if (!docker.isDown) docker.path = action.path
      if (docker.path.refuses) docker.cut()
      break
    case 'cut readers':
      backend.cut()
      break
    case 'cut events':
      docker.cut()
      break
    case 'backend dies':
      backend.die()
      break
    case 'docker dies':
      docker.die()
      break
    case 'docker starts':
      docker.isDown = false
      docker.path = CLEAR
      break
    case 'restart':
      server.stop(action.noticed, action.torn)
      await simulation.pass(action.down)
      server.skew = action.skew
      await server.start()
      break
  }
}
