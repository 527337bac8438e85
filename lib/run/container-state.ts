import * as z from 'zod/mini'

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
  exitCode: z.nullable(z.number()),
  /** By our clock, ms: when it first ended since it last ran for `STEADY_AFTER`. */
  since: z.number(),
})
export type Restarted = z.infer<typeof restarted>

/** How long a container runs after a restart before it counts as running again, ms; Docker's own measure, too. */
export const STEADY_AFTER = 10_000
