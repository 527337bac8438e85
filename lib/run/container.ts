import * as z from 'zod'

/** What a container of the backend's is for [DOCK-7]. Only `batch` is an agent that works on a batch. */
export const role = z.enum(['batch', 'planning', 'merge-help', 'session', 'terminal', 'other'])
export type Role = z.infer<typeof role>

export const containerState = z.enum(['created', 'running', 'paused', 'restarting', 'removing', 'exited', 'dead'])
export type ContainerState = z.infer<typeof containerState>

/** What a container says of the batch it works on, best first [DOCK-4]. */
export const marks = z.object({
  /** Labels `ckrv.run_id` and `ckrv.batch_id`. */
  runId: z.string().nullable(),
  batchId: z.string().nullable(),
  /** `<repository>/.chakravarti/worktrees/batch-<batchId>-<suffix>_1`, mounted at `/workspace`. */
  tree: z.object({ repository: z.string(), batchId: z.string(), suffix: z.string() }).nullable(),
  /** The batch's name after `MISSION:` in the command, unescaped. */
  mission: z.string().nullable(),
})
export type Marks = z.infer<typeof marks>

/**
 * Everything that is kept of one container, and all that leaves the code that asks Docker: of its configuration nothing
 * else, least of all its environment [DOCK-6]. Times are in ms since 1970.
 */
export const containerFacts = z.object({
  /** In full. */
  id: z.string(),
  /** Without the leading slash. */
  name: z.string(),
  image: z.string(),
  role,
  marks,
  state: containerState,
  /** Null until it has ended, or where nobody saw how. */
  exitCode: z.number().nullable(),
  oomKilled: z.boolean(),
  /** Killed after the 15 minutes that the backend gives an agent. */
  timedOut: z.boolean(),
  /** By the Engine's clock. */
  createdAt: z.number(),
  startedAt: z.number().nullable(),
  finishedAt: z.number().nullable(),
  /** By our clock: when we first saw it run, and first saw it ended. */
  seenRunningAt: z.number().nullable(),
  seenEndedAt: z.number().nullable(),
  /** It no longer exists; what was learned of it stands [DOCK-5]. */
  removed: z.boolean(),
})
export type ContainerFacts = z.infer<typeof containerFacts>

/** Created ones count: they exist and have not ended. */
export const hasEnded = ({ state, removed }: Pick<ContainerFacts, 'state' | 'removed'>): boolean =>
  removed || state === 'exited' || state === 'dead' || state === 'removing'

export const isAtWork = ({ state, removed }: Pick<ContainerFacts, 'state' | 'removed'>): boolean =>
  !removed && (state === 'running' || state === 'paused' || state === 'restarting')
