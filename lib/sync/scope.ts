import * as z from 'zod'

/** What a page subscribes to: the fleet, one run, one run's log. */
export type Scope = 'fleet' | `run/${string}` | `log/${string}`
export type ScopeParts = { kind: 'fleet' } | { kind: 'run' | 'log'; runId: string }

const MAX_RUN_ID = 200

export const fleetScope: Scope = 'fleet'
export const runScope = (runId: string): Scope => `run/${runId}`
export const logScope = (runId: string): Scope => `log/${runId}`

/** Takes a scope apart; undefined where the text is none. A run's id may hold any characters, also `/`. */
export function parseScope(text: string): ScopeParts | undefined {
  if (text === 'fleet') return { kind: 'fleet' }
  const kind = text.slice(0, 4)
  const runId = text.slice(4)
  if (runId === '' || runId.length > MAX_RUN_ID) return undefined
  if (kind === 'run/') return { kind: 'run', runId }
  if (kind === 'log/') return { kind: 'log', runId }
  return undefined
}

export const scope = z.custom<Scope>(value => typeof value === 'string' && parseScope(value) !== undefined)
