import * as z from 'zod'
import { keptName, keptPath } from './kept-text'

/** What a container of the backend's is for [DOCK-7]. Only `batch` is an agent that works on a batch. */
export const role = z.enum(['batch', 'planning', 'merge-help', 'session', 'terminal', 'other'])
export type Role = z.infer<typeof role>

export const containerState = z.enum(['created', 'running', 'paused', 'restarting', 'removing', 'exited', 'dead'])
export type ContainerState = z.infer<typeof containerState>

/** What the health check of its image says. */
export const health = z.enum(['starting', 'healthy', 'unhealthy'])
export type Health = z.infer<typeof health>

/** That the Engine has started it again, by its restart policy. */
export const restarted = z.object({
  count: z.number(),
  /** How it ended before the latest restart; null where nobody saw that. */
  exitCode: z.number().nullable(),
  /** By our clock, ms: when it first ended since it last ran for `STEADY_AFTER`. */
  since: z.number(),
})
export type Restarted = z.infer<typeof restarted>

/** How long a container runs after a restart before it counts as running again, ms; Docker's own measure, too. */
export const STEADY_AFTER = 10_000

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
  health: health.nullable().default(null),
  restarted: restarted.nullable().default(null),
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

/** Created ones count as not ended, except where their start failed: nothing starts them again by itself. */
export const hasEnded = ({
  state,
  removed,
  startFailed,
}: Pick<ContainerFacts, 'state' | 'removed' | 'startFailed'>): boolean =>
  removed || startFailed || state === 'exited' || state === 'dead' || state === 'removing'

/** Paused and restarting ones count: they exist, have begun, and may go on. */
export const isAtWork = ({ state, removed }: Pick<ContainerFacts, 'state' | 'removed'>): boolean =>
  !removed && (state === 'running' || state === 'paused' || state === 'restarting')

/**
 * Whether it ended since that moment, not only was found then [RUN-13.15]. Of one that was never seen at work its stamp tells,
 * which is by the backend's clock or by ours.
 * @param since our clock, ms
 * @param offset our clock minus the backend's, ms
 */
export function hasEndedSince(
  { seenRunningAt, seenEndedAt, finishedAt }: ContainerFacts,
  since: number,
  offset: number,
): boolean {
  if (seenEndedAt === null || seenEndedAt <= since) return false
  return seenRunningAt !== null || finishedAt === null || Math.max(finishedAt, finishedAt + offset) > since
}
