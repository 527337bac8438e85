import { LRUCache } from 'lru-cache'
import { parse } from 'yaml'
import type { PlanBatch } from '../run/observation'
import type { z } from 'zod'
import { planFile, type planAnswer } from './wire'
import { parseInThread, type YamlOptions } from './yaml-thread'

/**
 * The batches of a plan as the backend serves it. Some generations can't read their own plan file once they have
 * rewritten it; then its text is in `raw_yaml`, and read from there. Empty where there is none: the file is not
 * written at once, so an empty reading says nothing [RUN-8]. Of a long text nothing is read here that `readAhead` has not read.
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
  const batches = answer.batches.length > 0 ? answer.batches : (readYaml(answer.raw_yaml) ?? told)
  return (
    batches &&
    batches.map(({ id, name, depends_on: dependsOn, status, branch }) => ({
      // In the order in which a recording is read, as readings are compared as text.
      ...{ id, name, dependsOn },
      ...{ completed: status === 'completed', running: status === 'running', branch: branch || null },
    }))
  )
}

/** A longer text is no plan, characters. */
const LONGEST_YAML = 1024 * 1024
/** To read a text of this length takes some 50 ms of the processor; a longer one is read in a thread of its own, characters. */
const SHORT_YAML = 64 * 1024

// The engine reads an id or a name as it is spelled: `001` is no number, and `1.10` is not `1.1`.
// Whether keys repeat is asked of each with all others: a plan has no reason to be read for that.
const READS: YamlOptions = {
  ...{ schema: 'failsafe', customTags: ['null'], uniqueKeys: false, maxAliasCount: 100, logLevel: 'error' },
}

type Told = z.infer<typeof planFile>['batches'] | null

// A memo of a pure function: a plan is read again and again, and seldom changes.
const readBefore = new LRUCache<string, { batches: Told }>({
  maxSize: 4 * LONGEST_YAML,
  sizeCalculation: (_, text) => text.length,
})

/** Reads the text of an answer, where it is long, without holding up anything else [SAFE-5.55]. */
export async function readAhead({ batches, raw_yaml: text }: z.infer<typeof planAnswer>): Promise<void> {
  const isNeeded = batches.length === 0 && text !== null && text.length > SHORT_YAML && text.length <= LONGEST_YAML
  if (!isNeeded || readBefore.has(text)) return
  const file = await parseInThread(text, READS)
  if (file !== undefined) learn(text, file)
}

/** Null where it is no plan. */
function readYaml(text: string | null): Told {
  if (text === null || text === '') return null
  const known = readBefore.get(text)
  if (known || text.length > SHORT_YAML) return known?.batches ?? null
  try {
    return learn(text, parse(text, READS))
  } catch {
    // A file caught half written is read again a moment later.
    return learn(text, null)
  }
}

function learn(text: string, file: unknown): Told {
  const parsed = planFile.safeParse(file)
  const batches = parsed.success ? parsed.data.batches : null
  readBefore.set(text, { batches })
  return batches
}
