import { LRUCache } from 'lru-cache'
import { parse } from 'yaml'
import type { PlanBatch } from '../run/observation'
import type { z } from 'zod'
import { planFile, type planAnswer } from './wire'
import { parseInThread, type YamlOptions } from './yaml-thread'

/**
 * The batches of a plan as the backend serves it. Some generations can't read their own plan file once they have rewritten it;
 * the answer then has the file's text in `raw_yaml`, and it is read from there. Empty if there is no plan: the file is not written
 * at once, so an empty result proves nothing [RUN-8]. A long text is read only if `readAhead` has read it before.
 */
export function readPlan(answer: z.infer<typeof planAnswer>): PlanBatch[] {
  return readPlanFile(answer) ?? []
}

/** The same, or why there are no batches [START-1]: `missing` if there is no plan file, `unreadable` if it can't be read. */
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
      // The keys have the order in which a recording is read, because plans are compared as text.
      ...{ id, name, dependsOn },
      ...{ completed: status === 'completed', running: status === 'running', branch: branch || null },
    }))
  )
}

/** No plan has a longer text, characters. */
const LONGEST_YAML = 1024 * 1024
/** A text of this length takes about 50 ms to read; a longer one is read in a thread of its own, characters. */
const SHORT_YAML = 64 * 1024

// The orchestrator reads an id or a name as it is spelled: `001` is no number, and `1.10` is not `1.1`.
// The check for repeated keys compares each key with all others, and a plan does not need that.
const READS: YamlOptions = {
  ...{ schema: 'failsafe', customTags: ['null'], uniqueKeys: false, maxAliasCount: 100, logLevel: 'error' },
}

type Told = z.infer<typeof planFile>['batches'] | null

// A cache of a pure function: a plan is read often and seldom changes.
const readBefore = new LRUCache<string, { batches: Told }>({
  maxSize: 4 * LONGEST_YAML,
  sizeCalculation: (_, text) => text.length,
})

/**
 * Reads the text of an answer, if it is long, in a thread, so that nothing else waits [SAFE-5.55].
 * @returns false if too many other texts wait: then it is not read
 */
export async function readAhead({ batches, raw_yaml: text }: z.infer<typeof planAnswer>): Promise<boolean> {
  const isNeeded = batches.length === 0 && text !== null && text.length > SHORT_YAML && text.length <= LONGEST_YAML
  if (!isNeeded || readBefore.has(text)) return true
  const file = await parseInThread(text, READS)
  if (file === undefined) return false
  learn(text, file)
  return true
}

/** The batches in the text; null if the text is no plan. */
function readYaml(text: string | null): Told {
  if (text === null || text === '') return null
  const known = readBefore.get(text)
  if (known || text.length > SHORT_YAML) return known?.batches ?? null
  try {
    return learn(text, parse(text, READS))
  } catch {
    // A file that was read while it was written is read again a moment later.
    return learn(text, null)
  }
}

function learn(text: string, file: unknown): Told {
  const parsed = planFile.safeParse(file)
  const batches = parsed.success ? parsed.data.batches : null
  readBefore.set(text, { batches })
  return batches
}
