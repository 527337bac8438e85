import { COMPLETED_BEFORE } from './completed-before'
import { isOver, type RunFields } from './model'

/** Findings that explain a number and need nobody. */
const REMARKS: ReadonlySet<string> = new Set([COMPLETED_BEFORE, 'clock-set'])
const DAY = 24 * 3_600_000

type Noticed = Pick<RunFields, 'spec' | 'status' | 'findings' | 'startedAt' | 'endedAt' | 'heardAt'>

/**
 * The runs a person should look at: live ones with a finding other than a step of the backend's clock; those whose agents work on although they are over [DOCK-2];
 * and those that failed, or completed against the evidence, within a day and whose spec has not been run again since.
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
