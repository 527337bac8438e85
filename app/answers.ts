import * as z from 'zod/mini'
import { $ZodError } from 'zod/v4/core'
import { batchStatus, linkState, logLine, runFields, runStatus, snapshot } from '../lib/run/model'

/** The schemas of the answers to a page's requests. They are loaded beside the first paint, not before it. */

/** A spec from which a run can be started, and how far its preparation has come. */
const specChoice = z.object({
  name: z.string(),
  site: z.exactOptional(z.string()),
  has_tasks: z.boolean(),
  has_plan: z.boolean(),
  task_count: z.number(),
})
export type SpecChoice = z.infer<typeof specChoice>

export const specsAnswer = z.object({ specs: z.array(specChoice) })
export const importAnswer = z.object({ importId: z.string() })
export const runAnswer = z.object({ runId: z.string() })
export const runsAnswer = z.object({
  runs: z.array(
    z.pick(runFields, { runId: true, site: true, spec: true, dryRun: true, status: true, startedAt: true }),
  ),
})
/** A run as the palette lists it. */
export type ListedRun = z.infer<typeof runsAnswer>['runs'][number]
export const logAnswer = z.object({ lines: z.array(logLine), next: z.number(), dropped: z.number() })
/** The state of both links, after both sources were asked. */
export const linksAnswer = z.object({ backend: linkState, docker: linkState })
export const errorAnswer = z.object({ error: z.string(), runId: z.nullish(z.string()) })

export const snapshotAnswer = snapshot
/** The run as its page showed it at a moment of the past. */
export const pastAnswer = z.extend(snapshot, { epoch: z.literal('past') })
export const usualAnswer = z.object({
  runs: z.number(),
  batches: z.array(z.object({ id: z.string(), ms: z.number() })),
  whole: z.nullable(z.object({ runs: z.number(), ms: z.number() })),
})
export const momentsAnswer = z.object({ from: z.string(), to: z.string(), changes: z.array(z.string()) })

export const planAnswer = z.object({
  state: z.enum(['read', 'missing', 'unreadable']),
  total: z.number(),
  completed: z.number(),
  runs: z.array(z.string()),
})
/** The state of a spec before a start: its plan, and its live runs. */
export type SpecPlan = z.infer<typeof planAnswer>

/** The tasks of a batch, as the files of its spec say now. */
export const tasksAnswer = z.object({
  ...{
    plan: z.enum(['read', 'missing', 'unreadable', 'unknown', 'other']),
    titles: z.enum(['read', 'missing', 'unreadable', 'unknown']),
    failure: z.nullable(z.string()),
  },
  ...{ readAt: z.nullable(z.string()), model: z.nullable(z.string()), more: z.number() },
  tasks: z.array(
    z.object({ id: z.string(), title: z.nullable(z.string()), completed: z.exactOptional(z.literal(true)) }),
  ),
})

const failure = z.nullable(z.string())
const time = z.nullable(z.string())
const ms = z.nullable(z.number())
const runMark = z.object({
  ...{ runId: z.string(), status: runStatus, dryRun: z.boolean(), inferred: z.boolean() },
  ...{ startedAt: time, endedAt: time, clockOffset: z.number() },
})
/** A spec's plan, and its runs side by side. */
export const specRunsAnswer = z.object({
  ...{ spec: z.string(), now: z.string(), onBackend: z.nullable(z.boolean()), site: z.exactOptional(z.string()) },
  plan: z.object({ state: z.enum(['read', 'missing', 'unreadable', 'unknown']), readAt: time, failure }),
  columns: z.array(
    z.object({ id: z.string(), name: z.string(), dependsOn: z.array(z.string()), planned: z.boolean() }),
  ),
  runs: z.array(
    z.object({
      ...{ runId: z.string(), importId: z.nullable(z.string()), status: runStatus, dryRun: z.boolean() },
      ...{
        basis: runFields.shape.basis,
        inferred: z.boolean(),
        startedAt: time,
        endedAt: time,
        ms,
        whole: z.boolean(),
      },
      batches: z.array(z.object({ id: z.string(), status: batchStatus, ms, before: z.exactOptional(z.literal(true)) })),
    }),
  ),
  ...{ runsLeftOut: z.number(), columnsLeftOut: z.number() },
})
/** Every spec, with its last runs. */
export const specOverviewAnswer = z.object({
  now: z.string(),
  site: z.exactOptional(z.string()),
  backend: z.object({ failure }),
  specs: z.array(
    z.object({
      ...{ name: z.string(), onBackend: z.nullable(z.boolean()) },
      has: z.nullable(z.object({ plan: z.boolean(), tasks: z.boolean() })),
      recent: z.array(runMark),
      live: z.array(z.extend(runMark, { completed: z.number(), total: z.nullable(z.number()) })),
      liveRuns: z.number(),
      usual: z.nullable(z.object({ ms: z.number(), runs: z.number() })),
    }),
  ),
})

/** Lines of a log. `dropped`: how many of its oldest lines the server no longer keeps. */
export const linesAnswer = z.object({ lines: z.array(logLine), dropped: z.number() })
/** The lines that show a text, of very many the newest ones. `count`: all of them; `from`, `to`: what was searched. */
export const foundAnswer = z.object({
  ...{ seqs: z.array(z.number()), count: z.number(), from: z.number(), to: z.number() },
  ...{ partly: z.exactOptional(z.number()), stopped: z.exactOptional(z.boolean()) },
})
export type FoundLines = z.infer<typeof foundAnswer>

/** An answer came, but a server of this page's build does not send such an answer. */
export const isUnreadable = (error: unknown): boolean => error instanceof $ZodError || error instanceof SyntaxError
