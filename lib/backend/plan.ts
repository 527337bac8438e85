import type { z } from 'zod'
import type { PlanBatch } from '../run/observation'
import { planFile, type planAnswer } from './wire'
import { YamlTexts } from './yaml-text'

/** Which tasks the plan gives a batch, and the model that it names for them; null if it names none. */
export interface Assignment {
  id: string
  taskIds: string[]
  model: string | null
}

/** A plan, or why there is none [START-1]: `missing` if there is no plan file, `unreadable` if it can't be read. */
export type Plan = { batches: PlanBatch[]; assignments: Assignment[] } | 'missing' | 'unreadable'

/**
 * The batches of a plan as the backend serves it. Some generations can't read their own plan file once they have rewritten it;
 * the answer then has the file's text in `raw_yaml`, and it is read from there. Empty if there is no plan: the file is not written
 * at once, so an empty result proves nothing [RUN-8]. A long text is read only if `readAhead` has read it before.
 */
export function readPlan(answer: z.infer<typeof planAnswer>): PlanBatch[] {
  const plan = readPlanState(answer)
  return typeof plan === 'string' ? [] : plan.batches
}

/** The same, with the tasks of each batch, or why there are no batches. */
export function readPlanState(answer: z.infer<typeof planAnswer>): Plan {
  const told = answer.success ? answer.batches : null
  const batches = answer.batches.length > 0 ? answer.batches : (texts.read(answer.raw_yaml)?.batches ?? told)
  if (batches === null) return answer.raw_yaml === null ? 'missing' : 'unreadable'
  return {
    batches: batches.map(({ id, name, depends_on: dependsOn, status, branch }) => ({
      // The keys have the order in which a recording is read, because plans are compared as text.
      ...{ id, name, dependsOn },
      ...{ completed: status === 'completed', running: status === 'running', branch: branch || null },
    })),
    assignments: batches.map(({ id, task_ids: taskIds, model_assignment: model }) => ({
      ...{ id, taskIds },
      // The orchestrator writes that there is none as the text `null`.
      model: model === '' || model === 'null' ? null : model,
    })),
  }
}

const texts = new YamlTexts(planFile)

/**
 * Reads the text of an answer, if it is needed and long, in a thread.
 * @returns false if too many other texts wait: then it is not read
 */
export async function readAhead({ batches, raw_yaml: text }: z.infer<typeof planAnswer>): Promise<boolean> {
  return batches.length > 0 || texts.readAhead(text)
}
