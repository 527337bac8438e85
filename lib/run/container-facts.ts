import * as z from 'zod'
import { containerState, health, restarted, role } from './container-state'
import { keptName, keptPath } from './kept-text'

/** What a container says of the batch it works on, best first [DOCK-4]. */
export const marks = z.object({
  /** Labels `ckrv.run_id` and `ckrv.batch_id`. */
  runId: keptName.nullable(),
  batchId: keptName.nullable(),
  /** `<repository>/.chakravarti/worktrees/batch-<batchId>-<suffix>_1`, mounted at `/workspace`. */
  tree: z.object({ repository: keptPath, batchId: keptName, suffix: keptName }).nullable(),
  /** The batch's name after `MISSION:` in the command, unescaped. */
  mission: keptName.nullable(),
})
export type Marks = z.infer<typeof marks>

/**
 * Everything that is kept of one container, and all that leaves the code that asks Docker: of its configuration nothing
 * else, least of all its environment [DOCK-6]. Times are in ms since 1970. A field with a default is missing in older
 * recordings.
 */
export const containerFacts = z.object({
  /** In full. */
  id: z.string(),
  /** Without the leading slash. */
  name: keptPath,
  image: keptPath,
  role,
  marks,
  state: containerState,
  /** The Engine's word for the state where that is none that is known here: then `state` is only a guess. */
  stateWord: z
    .string()
    .regex(/^[a-z0-9_-]{1,32}$/)
    .nullable()
    .default(null),
  /** It was created, and its start failed: it never ran. `exitCode` and `error` say why. */
  startFailed: z.boolean().default(false),
  /** Null until it has ended, or where nobody saw how. */
  exitCode: z.number().nullable(),
  /** The Engine's words on what went wrong: one line, masked and cut [DOCK-9.12]. */
  error: z.string().max(4_096).nullable().default(null),
  oomKilled: z.boolean(),
  /** Killed after the 15 minutes that the backend gives an agent. */
  timedOut: z.boolean(),
  /** Null where it has no health check or has ended. */
  health: z.nullable(health).default(null),
  restarted: z.nullable(restarted).default(null),
  /** By the Engine's clock. */
  createdAt: z.number(),
  startedAt: z.number().nullable(),
  finishedAt: z.number().nullable(),
  /** By our clock: when we first saw it run, and first saw it ended. */
  seenRunningAt: z.number().nullable(),
  seenEndedAt: z.number().nullable(),
  /** By our clock: when we first saw it in its state. */
  seenStateAt: z.number().optional(),
  /** It no longer exists; what was learned of it stands [DOCK-5]. */
  removed: z.boolean(),
})
export type ContainerFacts = z.infer<typeof containerFacts>
