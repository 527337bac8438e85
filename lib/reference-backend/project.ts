import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { BadFile, parseItems, toYaml } from './yaml-file'

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]).transform(String)
const words = z.array(scalar).default([])
const label = scalar.default('')

const planBatch = z.object({
  id: scalar,
  name: scalar,
  task_ids: words,
  depends_on: words,
  model_assignment: z
    .object({ default: scalar.default(''), overrides: z.record(z.string(), z.unknown()).default({}) })
    .default({ default: '', overrides: {} }),
  execution_strategy: label,
  estimated_cost: z.number().default(0),
  estimated_time: label,
  reasoning: label,
  status: label,
  branch: z.string().nullable().default(null),
})
export type PlanBatch = z.infer<typeof planBatch>

const plan = z.object({ spec_id: scalar.nullable().default(null), batches: z.array(planBatch) })
export type Plan = z.infer<typeof plan>

const task = z.object({
  id: scalar,
  phase: label,
  title: scalar,
  description: label,
  file: label,
  user_story: label,
  parallel: z.boolean().default(false),
  complexity: z.number().default(0),
  model_tier: label,
  estimated_tokens: z.number().default(0),
  risk: label,
  context_required: words,
  status: label,
})
export type Task = z.infer<typeof task>

/** A project on disk: `.specs/<name>/` with spec.yaml, tasks.yaml, plan.yaml and runs.yaml. */
export class Project {
  readonly root: string
  /** Batch branches by name, instead of a git repository: they outlive the backend's process. */
  readonly branches = new Map<string, { merged: boolean }>()

  constructor(folder: string) {
    this.root = resolve(folder)
  }

  /** Names of folders that hold a spec.yaml, sorted. */
  specs(): string[] {
    const folder = join(this.root, '.specs')
    if (!existsSync(folder)) return []
    return readdirSync(folder)
      .filter(name => this.has(name, 'spec.yaml'))
      .sort()
  }

  path(spec: string, file = ''): string {
    return join(this.root, '.specs', spec, file)
  }

  /** Whether the spec has this file. Also false if the spec's name is not a single folder name. */
  has(spec: string, file: string): boolean {
    return /^[^/\\]+$/.test(spec) && !spec.startsWith('.') && existsSync(this.path(spec, file))
  }

  /** A file's text, or null if the file does not exist. */
  text(spec: string, file: string): string | null {
    return this.has(spec, file) ? readFileSync(this.path(spec, file), 'utf8') : null
  }

  /** Throws `BadFile`. `required`: the fields that this reader requires; the first missing one is reported. */
  plan(text: string, required: readonly string[]): Plan {
    return shaped(plan, parseItems(text, { list: 'batches', struct: 'Batch', required }))
  }

  /** Throws `BadFile`. */
  tasks(text: string): Task[] {
    const items = parseItems(text, { list: 'tasks', struct: 'Task', required: ['id', 'title'] })
    return shaped(z.object({ tasks: z.array(task) }), items).tasks
  }

  /** Rewrites the plan in place, as the orchestrator does: strategy, cost and time are lost. */
  savePlan(spec: string, { spec_id, batches }: Plan): void {
    const kept = batches.map(({ id, name, task_ids, depends_on, status, branch, reasoning, model_assignment }) => {
      return { id, name, task_ids, depends_on, status, branch, reasoning, model_assignment }
    })
    writeFileSync(this.path(spec, 'plan.yaml'), toYaml({ spec_id, batches: kept }))
  }

  /** Rewrites the tasks, as the orchestrator does: only these fields stay. */
  saveTasks(spec: string, tasks: readonly Task[]): void {
    const kept = tasks.map(({ id, title, description, status, complexity }) => {
      return { id, title, description, status, complexity }
    })
    writeFileSync(this.path(spec, 'tasks.yaml'), toYaml({ tasks: kept }))
  }

  /** Replaces a file in one step, so that no reader sees a partial file. */
  replace(spec: string, file: string, text: string): void {
    const path = this.path(spec, file)
    writeFileSync(`${path}.tmp`, text)
    renameSync(`${path}.tmp`, path)
  }
}

function shaped<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new BadFile(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`)
}
