import { COMPLETED_BEFORE } from './claims/completed-before'
import { isOver } from './is-over'
import type { Finding, RunFields } from './model'

/** Findings that explain a number or a time and need no action. */
const REMARKS: ReadonlySet<string> = new Set([COMPLETED_BEFORE, 'clock-set'])
const DAY = 24 * 3_600_000

type Noticed = Pick<RunFields, 'spec' | 'status' | 'findings' | 'startedAt' | 'endedAt' | 'heardAt'>

/** A run that a person should look at, and why: it failed, or these of its findings. */
export interface Noticeable<R> {
  run: R
  hasFailed: boolean
  findings: Finding[]
}

/**
 * The runs that a person should look at: open runs with a finding that is not in `REMARKS`; runs that are over but still have an
 * agent at work [DOCK-2]; and runs that failed or have a `conflict`, within the last day, if their spec has not been run again
 * since.
 * @param runs newest first
 * @param now the server's clock, ms
 */
export function needsYou<R extends Noticed>(runs: readonly R[], now: number): Noticeable<R>[] {
  const seen = new Set<string>()
  return runs
    .map(run => {
      const superseded = run.spec !== null && seen.has(run.spec)
      if (run.spec !== null) seen.add(run.spec)
      return noticed(run, superseded, now)
    })
    .filter(({ hasFailed, findings }) => hasFailed || findings.length > 0)
}

function noticed<R extends Noticed>(run: R, superseded: boolean, now: number): Noticeable<R> {
  if (!isOver(run.status)) {
    return { run, hasFailed: false, findings: run.findings.filter(({ kind }) => !REMARKS.has(kind)) }
  }
  const end = run.endedAt ?? run.heardAt ?? run.startedAt
  const isFresh = end !== null && now - Date.parse(end) < DAY && !superseded
  return {
    run,
    hasFailed: isFresh && run.status === 'failed',
    findings: run.findings.filter(({ kind }) => kind === 'orphan' || (isFresh && kind === 'conflict')),
  }
}
