import { parse } from 'yaml'
import type { PlanBatch } from '../run/observation'
import type { z } from 'zod'
import { planFile, type planAnswer } from './wire'

/**
 * The batches of a plan as the backend serves it. Some generations can't read their own plan file once they have
 * rewritten it; then its text is in `raw_yaml`, and read from there. Empty where there is none: the file is not
 * written at once, so an empty reading says nothing [RUN-8].
 */
export function readPlan(answer: z.infer<typeof planAnswer>): PlanBatch[] {
  return readPlanFile(answer) ?? []
}

/** The same, told apart [START-1]: `missing` where the backend has no plan file, `unreadable` where nobody can read it. */
export function readPlanState(answer: z.infer<typeof planAnswer>): PlanBatch[] | 'missing' | 'unreadable' {
  const batches = readPlanFile(answer)
  if (batches) return batches
  return answer.raw_yaml === null ? 'missing' : 'unreadable'
}

function readPlanFile(answer: z.infer<typeof planAnswer>): PlanBatch[] | null {
  const told = answer.success ? answer.batches : null
  const batches = answer.batches.length > 0 ? answer.batches : (fromYaml(answer.raw_yaml) ?? told)
  return (
    batches &&
    batches.map(({ id, name, depends_on, status, branch }) => ({
      id,
      name,
      dependsOn: depends_on,
      completed: status === 'completed',
      running: status === 'running',
      branch: branch || null,
    }))
  )
}

/** Null where there is no text, or it is no plan. */
function fromYaml(text: string | null): z.infer<typeof planFile>['batches'] | null {
  if (text === null) return null
  let file: unknown
  try {
    // The engine reads an id or a name as it is spelled: `001` is no number, and `1.10` is not `1.1`.
    file = parse(text, { schema: 'failsafe', customTags: ['null'], maxAliasCount: 100, logLevel: 'error' })
  } catch {
    // A file caught half written is read again a moment later.
    return null
  }
  const parsed = planFile.safeParse(file)
  return parsed.success ? parsed.data.batches : null
}
