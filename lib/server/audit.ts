import type { Log } from './log'
import type { RequestContext } from './request-context'

/** An entry of the audit log: a sign-in, a sign-out, or a change, with the person. */
export type Action =
  | 'sign in'
  | 'sign out'
  | 'start run'
  | 'follow run'
  | 'stop run'
  | 'leave note'
  | 'stop container'
  | 'import recording'
  | 'remove import'

export interface AuditEntry {
  context: RequestContext
  action: Action
  outcome: 'done' | 'refused' | 'failed'
  /** The object of the action, and the reason if it was refused or failed. */
  facts: Record<string, string>
}

export type Audit = (entry: AuditEntry) => void

/** Writes entries into the server's log, each marked `audit: true`. Every entry is written, whatever the log's level. */
export function createAudit(log: Log): Audit {
  const lines = log.child({ audit: true }, { level: 'info' })
  return ({ context: { person, address, knownBy }, action, outcome, facts }) => {
    const who = person?.name ?? address
    lines.info({ who, knownBy, address, role: person?.role, action, outcome, ...facts }, `${action}: ${outcome}`)
  }
}
