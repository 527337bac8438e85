import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'

export interface PlannedBatch {
  id: string
  name?: string
  dependsOn?: string[]
}

/** A new project folder with one spec, `001-todo`, that has this plan. The caller removes it. */
export async function projectWith(plan: readonly PlannedBatch[]): Promise<string> {
  const project = await mkdtemp(join(tmpdir(), 'groundtruth-'))
  const folder = join(project, '.specs', '001-todo')
  await mkdir(folder, { recursive: true })
  const batches = plan.map(({ id, name = id, dependsOn = [] }, index) => ({
    id,
    name,
    task_ids: [`T${index}`],
    depends_on: dependsOn,
    model_assignment: { default: 'simulated', overrides: {} },
    execution_strategy: 'parallel',
    estimated_cost: 0.1,
    estimated_time: '2m',
    reasoning: 'needed',
    status: 'pending',
  }))
  const tasks = plan.map(({ id }, index) => ({
    id: `T${index}`,
    phase: 'core',
    title: id,
    description: id,
    file: '',
    user_story: null,
    parallel: true,
    complexity: 1,
    model_tier: 'light',
    estimated_tokens: 1,
    risk: 'low',
    context_required: [],
    status: 'pending',
  }))
  await writeFile(join(folder, 'spec.yaml'), stringify({ id: '001-todo', goal: 'A list of things to do' }))
  await writeFile(join(folder, 'tasks.yaml'), stringify({ tasks }))
  await writeFile(join(folder, 'plan.yaml'), stringify({ batches }))
  return project
}
