import { z } from 'zod'
import { behaviours, type Behaviour, type Generation } from '../generation'
import { historyRoutes } from './history-routes'
import type { History } from '../history'
import { body, json, plain, queried, Refusal, type Call, type Handler, type Methods } from './http'
import type { BackendProcess } from '../backend-process'
import type { Project } from '../project'
import { BadFile } from '../yaml-file'

export const SOCKET_PATH = '/api/execution/ws'

const startBody = z.object({
  spec: z.string(),
  run_id: z.string(),
  dry_run: z.boolean().nullish(),
  executor_model: z.string().nullish(),
  resume_run_id: z.string().nullish(),
})
const stopBody = z.object({ run_id: z.string() })
const specBody = z.object({ spec: z.string().nullish() })

/** The checked-out branch. The project is not a git repository, but a run's branches need a branch to start from. */
const CURRENT_BRANCH = 'main'

const get = (handler: Handler): Methods => new Map([['GET', handler]])
const post = (handler: Handler): Methods => new Map([['POST', handler]])

export interface Served {
  generation: Generation
  project: Project
  history: History
  hasDocker: boolean
  running: () => BackendProcess
}

/** Every path that the backend knows; any other path belongs to the single-page application. */
export function routes({
  generation,
  project,
  history,
  hasDocker,
  running,
}: Served): (path: string) => Methods | undefined {
  const behaviour = behaviours[generation]
  const fixed = new Map<string, Methods>([
    ['/health', get(() => plain('OK'))],
    ['/api/status', get(() => json(status))],
    [
      '/api/docker',
      get(() => json({ available: hasDocker, message: hasDocker ? 'Docker is running' : 'Docker not available' })),
    ],
    ['/api/specs', get(() => json(specs(project, generation)))],
    ['/api/plans/detail', get(({ query }) => json(planDetail(project, behaviour, queried(query, 'spec'))))],
    ['/api/tasks/detail', get(({ query }) => json(taskDetail(project, queried(query, 'spec'))))],
    ['/api/execution/start', post(call => json(start(running(), body(call, startBody))))],
    ['/api/execution/stop', post(call => json(stop(running(), body(call, stopBody).run_id)))],
    ['/api/execution/branches', post(call => json(branches(project, generation, body(call, specBody).spec ?? null)))],
    ['/api/execution/merge-all', post(call => json(mergeAll(project, generation, call)))],
    ['/api/execution/merge', post(() => json({ success: true }))],
    [SOCKET_PATH, get(noUpgrade)],
  ])
  const ofHistory = behaviour.history ? historyRoutes(project, history) : () => undefined
  return path => fixed.get(path) ?? ofHistory(path)
}

/** `mode` does not reflect the orchestrator's runs. */
const status = { active_branch: CURRENT_BRANCH, feature_number: null, is_ready: false, mode: 'idle' }

function specs(project: Project, generation: Generation) {
  const specs = project.specs().map(name => ({
    name,
    path: project.path(name),
    has_tasks: project.has(name, 'tasks.yaml'),
    has_plan: project.has(name, 'plan.yaml'),
    ...(generation === 'A' ? {} : { has_design: project.has(name, 'design.md') }),
    task_count: read(project, name, 'tasks.yaml', text => project.tasks(text)).items.length,
    has_implementation: project.has(name, 'implementation.yaml'),
    implementation_branch: null,
  }))
  return { specs, count: specs.length }
}

/** In the oldest generation this fails on a plan that the orchestrator has rewritten, but the answer still contains its text. */
function planDetail(project: Project, { strictPlan }: Behaviour, spec: string) {
  const required = strictPlan ? ['id', 'name', 'execution_strategy'] : ['id', 'name']
  const { items, raw, error } = read(project, spec, 'plan.yaml', text => project.plan(text, required).batches)
  return { success: error === null, batches: items, raw_yaml: raw, error }
}

function taskDetail(project: Project, spec: string) {
  const { items, raw, error } = read(project, spec, 'tasks.yaml', text => project.tasks(text))
  return { success: error === null, tasks: items, raw_yaml: raw, count: items.length, error }
}

interface Reading<T> {
  items: T[]
  raw: string | null
  error: string | null
}

function read<T>(project: Project, spec: string, file: string, parse: (text: string) => T[]): Reading<T> {
  const raw = project.text(spec, file)
  const kind = file === 'plan.yaml' ? 'Plan' : 'Tasks'
  if (raw === null) return { items: [], raw, error: `${kind} file not found at "${project.path(spec, file)}"` }
  try {
    return { items: parse(raw), raw, error: null }
  } catch (error) {
    if (error instanceof BadFile) return { items: [], raw, error: error.message }
    throw error
  }
}

function start(running: BackendProcess, { spec, run_id, dry_run, resume_run_id }: z.infer<typeof startBody>) {
  const success = running.start(run_id, { spec, dryRun: dry_run ?? false, resumeRunId: resume_run_id ?? null })
  const message = success
    ? 'Execution started in background. Connect WebSocket to stream logs.'
    : 'Execution already running'
  return { success, run_id, message }
}

function stop(running: BackendProcess, runId: string) {
  const success = running.stop(runId)
  return { success, message: success ? 'Execution aborted.' : 'Execution not found or already stopped' }
}

/** The filter compares the checked-out branch, not the spec, so a filter by any spec's name finds nothing. */
function branches(project: Project, generation: Generation, spec: string | null) {
  const listed = [...project.branches]
    .filter(([, { merged }]) => (spec === null || spec === CURRENT_BRANCH) && (generation === 'A' || !merged))
    .map(([name]) => ({ name, batch_name: name.replace(/^.*ckrv-batch-/, ''), ahead_commits: 1, is_clean: true }))
  return { success: true, current_branch: CURRENT_BRANCH, branches: listed, message: null }
}

/** Merges all branches, regardless of the named spec; merges nothing in the oldest generation. */
function mergeAll(project: Project, generation: Generation, call: Call) {
  body(call, specBody)
  if (generation === 'A') return { success: true, merged: [], failed: [], message: 'Merged all branches' }
  const names = (wanted: boolean) =>
    [...project.branches]
      .filter(([, { merged }]) => merged === wanted)
      .map(([name]) => name)
      .sort()
  const merged = names(true)
  return { success: true, merged, failed: names(false), message: `Successfully merged ${merged.length} branches` }
}

/** The answer of the WebSocket's path to a plain request. */
function noUpgrade({ query }: Call): never {
  queried(query, 'run_id')
  throw new Refusal(400, "Connection header did not include 'upgrade'")
}
