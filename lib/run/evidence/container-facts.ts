import * as z from 'zod'
import { containerState, health, restarted, role } from './container-state'
import { keptName, keptPath } from '../text/kept-text'

/** The marks of a container that show which batch it works on, best first [DOCK-4]. */
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
 * All that is stored of one container. The code that asks Docker returns nothing else of the container's configuration, and
 * never its environment [DOCK-6]. Times are in ms since 1970. A field with a default is missing in older recordings.
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
  /** The Engine's name for a state that is not known here: then `state` is only a guess. */
  stateWord: z
    .string()
    .regex(/^[a-z0-9_-]{1,32}$/)
    .nullable()
    .default(null),
  /** The container was created, but its start failed, so it never ran. `exitCode` and `error` say why. */
  startFailed: z.boolean().default(false),
  /** Null until the container has ended, or if its exit code was not seen. */
  exitCode: z.number().nullable(),
  /** The Engine's error message: one line, masked and cut [DOCK-9.12]. */
  error: z.string().max(4_096).nullable().default(null),
  oomKilled: z.boolean(),
  /** Killed after the 15 minutes that the backend gives an agent. */
  timedOut: z.boolean(),
  /** Null if the container has no health check or has ended. */
  health: z.nullable(health).default(null),
  restarted: z.nullable(restarted).default(null),
  /** By the Engine's clock. */
  createdAt: z.number(),
  startedAt: z.number().nullable(),
  finishedAt: z.number().nullable(),
  /** By our clock: when we first saw the container running, and first saw it ended. */
  seenRunningAt: z.number().nullable(),
  seenEndedAt: z.number().nullable(),
  /** By our clock: when we first saw the container in its state. */
  seenStateAt: z.number().optional(),
  /** The container no longer exists; the facts stay as last seen [DOCK-5]. */
  removed: z.boolean(),
})
export type ContainerFacts = z.infer<typeof containerFacts>
