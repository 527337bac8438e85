import { z } from 'zod'
import { keptName, keptPath, shortPath } from '../../run/text/kept-text'
import { errorOf, healthOf, stateOf } from './engine-state'

/**
 * The parts of the Engine's answers that are needed: lenient in what is accepted, exact in what is returned. Everything
 * else is dropped here, above all the environment [DOCK-6].
 */

/** An image may bring any label. A name in it is kept in the same short form as in the backend's messages [SAFE-5.1]. */
const label = keptName.nullish()
const path = z.string().default('').pipe(keptPath)

/** The labels that name a container's run and batch. */
const labels = z
  .object({ 'ckrv.run_id': label, 'ckrv.batch_id': label })
  .nullish()
  .transform(found => ({ runId: found?.['ckrv.run_id'] ?? null, batchId: found?.['ckrv.batch_id'] ?? null }))
export type Labels = z.infer<typeof labels>

/** Takes RFC 3339, returns ms since 1970. Null for the Engine's "never", which is the year 1. */
const time = z
  .string()
  .nullish()
  .transform(text => {
    const ms = Date.parse(text ?? '')
    return ms > 0 ? ms : null
  })

const unslashed = (name: string) => shortPath(name.replace(/^\//, ''))

/** Takes seconds since 1970, returns ms. 0 if the number is not a valid time. */
const seconds = z.number().transform(told => (Math.abs(told) <= LATEST ? told * 1_000 : 0))
/** The latest time that a date can hold, s since 1970. */
const LATEST = 8_640_000_000_000

/** A container without known flags counts as running until it is inspected. */
const UNINSPECTED = { Running: true }

/** One container of a list. */
export const listed = z
  .object({
    Id: z.string(),
    Names: z.array(z.string()).nullish(),
    Image: path,
    State: z.string().default(''),
    Created: seconds,
    Labels: labels,
  })
  .transform(found => ({
    id: found.Id,
    name: unslashed(found.Names?.[0] ?? ''),
    image: found.Image,
    ...stateOf(found.State, UNINSPECTED),
    createdAt: found.Created,
    labels: found.Labels,
  }))
export type Listed = z.infer<typeof listed>

/** One container, inspected. */
export const inspection = z
  .object({
    Id: z.string(),
    Name: z.string(),
    Created: time,
    State: z.object({
      Status: z.string().default(''),
      Running: z.boolean().nullish(),
      Paused: z.boolean().nullish(),
      Restarting: z.boolean().nullish(),
      Dead: z.boolean().nullish(),
      ExitCode: z.number().nullish(),
      Error: z.string().nullish(),
      OOMKilled: z.boolean().nullish(),
      Health: z.object({ Status: z.string().nullish() }).nullish(),
      StartedAt: time,
      FinishedAt: time,
    }),
    Config: z.object({
      Image: path,
      Tty: z.boolean().nullish(),
      Cmd: z.array(z.string()).nullish(),
      Entrypoint: z.array(z.string()).nullish(),
      Labels: labels,
    }),
    RestartCount: z.number().nullish(),
    Args: z.array(z.string()).nullish(),
    Mounts: z.array(z.object({ Source: z.string().default(''), Destination: z.string() })).nullish(),
  })
  .transform(found => ({
    id: found.Id,
    name: unslashed(found.Name),
    image: found.Config.Image,
    ...stateOf(found.State.Status, found.State),
    exitCode: found.State.ExitCode ?? null,
    error: errorOf(found.State.Error),
    health: healthOf(found.State.Health?.Status),
    /** The number of times that its restart policy has started it since the last start by a user. */
    restarts: found.RestartCount ?? 0,
    oomKilled: found.State.OOMKilled ?? false,
    createdAt: found.Created ?? 0,
    startedAt: found.State.StartedAt,
    finishedAt: found.State.FinishedAt,
    labels: found.Config.Labels,
    /** The whole command, one element an argument. `Args` holds the result of `Cmd` and `Entrypoint`. */
    command: [...(found.Config.Entrypoint ?? []), ...(found.Config.Cmd ?? []), ...(found.Args ?? [])],
    mounts: (found.Mounts ?? []).map(({ Source, Destination }) => ({ source: Source, destination: Destination })),
    /** With a terminal, the output is one raw stream. Without one, it is multiplexed. */
    tty: found.Config.Tty ?? false,
  }))
export type Inspection = z.infer<typeof inspection>

/** The events that are requested. Others do not concern the state of a container. The health follows a colon. */
export const watchedActions = [
  'create',
  'start',
  'die',
  'destroy',
  'kill',
  'oom',
  'pause',
  'unpause',
  'rename',
  'stop',
  'restart',
  'update',
  'health_status',
] as const

const attributes = z.object({
  name: path,
  image: path,
  exitCode: z.string().nullish(),
  signal: z.string().nullish(),
  /** Only from Podman, whose actions have no colon. */
  health_status: z.string().nullish(),
})

/** `die`, or `health_status: unhealthy`. */
const action = z
  .string()
  .transform(text => {
    const [name = '', ...details] = text.split(':')
    return { name, detail: details.length > 0 ? details.join(':') : null }
  })
  .pipe(z.object({ name: z.enum(watchedActions), detail: z.string().nullable() }))

const event = z
  .object({
    Action: action,
    Actor: z.object({ ID: z.string(), Attributes: z.intersection(attributes, labels) }),
    timeNano: z.number(),
  })
  .transform(({ Action, Actor }) => {
    const { name, image, exitCode, signal, runId, batchId } = Actor.Attributes
    return {
      id: Actor.ID,
      action: Action.name,
      name,
      image,
      labels: { runId, batchId },
      exitCode: exitCode != null && /^-?\d+$/.test(exitCode) ? Number(exitCode) : null,
      signal: signal ?? null,
      /** Undefined if the event has no health. */
      health: healthOf(Action.detail ?? Actor.Attributes.health_status) ?? undefined,
    }
  })

/** One event of a container. */
export interface EngineEvent extends z.infer<typeof event> {
  /** The time by the Engine's clock, ns since 1970. It is exact, so that a repeated event can be recognised. */
  nano: bigint
}

/**
 * Reads one line of the event stream. Throws if it can't be read. The time is taken from the text, because a number would
 * round it. An attribute can't imitate it: a quote inside a string is escaped.
 */
export function parseEvent(line: string): EngineEvent {
  const digits = /"timeNano":\s*(\d{1,20})/.exec(line)?.[1]
  const found = event.parse(JSON.parse(line))
  if (digits === undefined) throw new Error('An event without its time.')
  return { ...found, nano: BigInt(digits) }
}
