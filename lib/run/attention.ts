import { COMPLETED_BEFORE } from './claims/completed-before'
import { isOver } from './is-over'
import type { RunFields } from './model'

/** Findings that explain a number or a time and need no action. */
const REMARKS: ReadonlySet<string> = new Set([COMPLETED_BEFORE, 'clock-set'])
const DAY = 24 * 3_600_000

type Noticed = Pick<RunFields, 'spec' | 'status' | 'findings' | 'startedAt' | 'endedAt' | 'heardAt'>

/**
 * The runs that a person should look at: open runs with a finding that is not in `REMARKS`; runs that are over but still have an
 * agent at work [DOCK-2]; and runs that failed or have a `conflict`, within the last day, if their spec has not been run again
 * since.
 * @param runs newest first
 * @param now the server's clock, ms
 */
export function needsYou<R extends Noticed>(runs: readonly R[], now: number): R[] {
  const seen = new Set<string>()
  return runs.filter(run => {
    const superseded = run.spec !== null && seen.has(run.spec)
    if (run.spec !== null) seen.add(run.spec)
    if (!isOver(run.status)) return run.findings.some(({ kind }) => !REMARKS.has(kind))
    const found = (kind: string) => run.findings.some(finding => finding.kind === kind)
    if (found('orphan')) return true
    const end = run.endedAt ?? run.heardAt ?? run.startedAt
    const recent = end !== null && now - Date.parse(end) < DAY
    return recent && !superseded && (run.status === 'failed' || found('conflict'))
  })
}
