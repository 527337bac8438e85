import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Dashboard, ReferenceBackend } from './fixtures'
import { expect } from './fixtures'

/** The spec whose plan is replaced. */
const SPEC = '011-audit-log'

/** How many batches are completed before the run, are at work, and wait for those. */
export interface LongPlan {
  completed: number
  running: number
  waiting: number
}

/** Starts a run of many batches: `b1` to `b<completed>` are completed, the next ones are at work, the others wait for the first of them. */
export async function startLong(
  folder: string,
  backend: ReferenceBackend,
  dashboard: Dashboard,
  { completed, running, waiting }: LongPlan,
): Promise<string> {
  const batches = Array.from({ length: completed + running + waiting }, (_, n) =>
    JSON.stringify({
      ...{
        id: `b${n + 1}`,
        name: `Batch number ${n + 1}`,
        task_ids: [`T${n}`],
        reasoning: 'One of many',
        branch: null,
      },
      depends_on: n < completed + running ? [] : [`b${completed + 1}`],
      ...{ model_assignment: { default: 'claude-haiku', overrides: {} }, execution_strategy: 'sequential' },
      ...{ estimated_cost: 0.1, estimated_time: '1m', status: n < completed ? 'completed' : 'pending' },
    }),
  )
  const plan = join(folder, 'project', '.specs', SPEC, 'plan.yaml')
  await writeFile(plan, [`spec_id: ${SPEC}`, 'batches:', ...batches.map(batch => `  - ${batch}`), ''].join('\n'))
  for (let n = 0; n < running; n += 1) backend.hold(`b${completed + 1 + n}`)
  const runId = await dashboard.start(SPEC)
  await expect
    .poll(async () => (await dashboard.snapshot(runId)).counts, { timeout: 40_000 })
    .toMatchObject({ completed, running, pending: waiting })
  return runId
}
