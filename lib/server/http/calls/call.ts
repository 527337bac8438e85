import type { z } from 'zod'
import type { ImportsApi } from '../../../hub/api'
import type { Sites } from '../../../sites/sites'
import type { Metrics } from '../../metrics'
import type { Person } from '../../access/person'
import { problemsOf, runId } from '../inputs'
import { refusals } from '../refusals'
import type { Reply } from '../reply'

/** A call that found its route. Only routes that take a body read `body`; only routes that take a large one read `pieces`. */
export interface Call {
  /** The sites that the call is about: those that the person may see, or the one that its address names. */
  sites: Sites
  /** What was imported here, which belongs to no site. */
  imports: ImportsApi
  metrics: Pick<Metrics, 'text'>
  /** What a person should fix, in one sentence each. */
  warnings: () => readonly string[]
  /** The sender; undefined only on routes that are open to anyone. */
  person: Person | undefined
  /** Adds facts to the call's entry in the audit log. */
  note: (facts: Record<string, string>) => void
  /** The segment at `{id}` in the path, still encoded; empty if the route has none. */
  segment: string
  query: URLSearchParams
  accept: string
  body: () => Promise<unknown>
  pieces: () => AsyncIterable<Buffer>
}

export type Handler = (call: Call) => Promise<Reply>

/** Makes a browser save the answer instead of showing it. */
export const attachment = (name: string) => ({ 'content-disposition': `attachment; filename="${name}"` })

/** Whether the client names plain text; a client that accepts anything gets JSON. */
export function wantsText(accept: string): boolean {
  return accept.split(',').some(range => range.split(';')[0]?.trim().toLowerCase() === 'text/plain')
}

/** Returns the value. Throws the error of `refusal` if there is none. */
export function found<T>(value: T | undefined, refusal: () => Error): T {
  if (value === undefined) throw refusal()
  return value
}

export function parse<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const result = schema.safeParse(value)
  if (!result.success) throw refusals.badInput(problemsOf(result.error))
  return result.data
}

/** A run's id in a path, decoded; undefined if it can't be a run's id. */
export const runIdOf = (segment: string): string | undefined => decodedBy(runId, segment)

/** A segment of a path, decoded; undefined if the schema does not accept it. */
export function decodedBy(schema: z.ZodType<string>, segment: string): string | undefined {
  try {
    return schema.safeParse(decodeURIComponent(segment)).data
  } catch {
    return undefined
  }
}
