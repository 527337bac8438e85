import type { RunFields } from '../../../lib/run/model'
import { isOver } from '../../../lib/run/model'

const DAY = 24 * 3_600_000

/**
 * The runs a person should look at: live ones with a finding, and those that failed within a day and whose spec has
 * not been run again since.
 * @param runs newest first
 */
export function needsYou(runs: readonly RunFields[], now: number): RunFields[] {
  const seen = new Set<string>()
  return runs.filter(run => {
    const superseded = run.spec !== null && seen.has(run.spec)
    if (run.spec !== null) seen.add(run.spec)
    if (!isOver(run.status)) return run.findings.length > 0
    const end = run.endedAt ?? run.heardAt ?? run.startedAt
    return run.status === 'failed' && !superseded && end !== null && now - Date.parse(end) < DAY
  })
}
