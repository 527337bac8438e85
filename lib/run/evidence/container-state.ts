import * as z from 'zod/mini'

/** The purpose of a container of the backend's [DOCK-7]. Only `batch` is an agent that works on a batch. */
export const role = z.enum(['batch', 'planning', 'merge-help', 'session', 'terminal', 'other'])
export type Role = z.infer<typeof role>

export const containerState = z.enum(['created', 'running', 'paused', 'restarting', 'removing', 'exited', 'dead'])
export type ContainerState = z.infer<typeof containerState>

/** The result of the health check of the container's image. */
export const health = z.enum(['starting', 'healthy', 'unhealthy'])
export type Health = z.infer<typeof health>

/** The Docker Engine has started the container again, or is about to, by its restart policy. */
export const restarted = z.object({
  count: z.number(),
  /** The exit code before the latest restart; null if it was not seen. */
  exitCode: z.nullable(z.number()),
  /** By our clock, ms: when the container first ended after it last ran for `STEADY_AFTER`. */
  since: z.number(),
})
export type Restarted = z.infer<typeof restarted>

/** How long a container runs after a restart before it counts as running again, ms; Docker uses the same time. */
export const STEADY_AFTER = 10_000
