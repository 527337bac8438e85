import { COMPLETED_BEFORE } from './claims/completed-before'
import { isOver } from './is-over'
import { longerThanUsual } from './longer-than-usual'
import type { EarlierRuns, Finding, FindingKind, RunFields } from './model'

/** Findings that explain a number or a time and need no action. */
const REMARKS: ReadonlySet<FindingKind> = new Set([COMPLETED_BEFORE, 'clock-set'])
const DAY = 24 * 3_600_000
/** The backend gives an agent 15 minutes, in which many print nothing: a longer silence has another cause, ms [RUN-18.6]. */
const LONG_SILENCE = 16 * 60_000

type Noticed = Pick<
  RunFields,
  | 'runId'
  | 'spec'
  | 'dryRun'
  | 'status'
  | 'stopping'
  | 'error'
  | 'findings'
  | 'link'
  | 'lastLiveAt'
  | 'startedAt'
  | 'endedAt'
  | 'heardAt'
  | 'clockOffset'
  | 'notes'
>

/** A run that a person should look at, and why: it failed, or these of its findings. */
export interface Noticeable<R> {
  run: R
  hasFailed: boolean
  findings: Finding[]
}

/**
 * The runs that a person should look at: open runs with a finding that is not in `REMARKS`, with a long silence, or that take longer
 * than usual; runs that are over but still have an agent at work [DOCK-2]; and runs that failed or have a `conflict`, within the
 * last day, unless a note settles them or a later run of their spec has taken their place [RUN-18].
 * @param runs newest first
 * @param now the server's clock, ms
 * @param earlier of live runs, how long those before them took
 */
export function needsYou<R extends Noticed>(
  runs: readonly R[],
  now: number,
  earlier: readonly EarlierRuns[] = [],
): Noticeable<R>[] {
  const earlierOf = new Map(earlier.map(each => [each.runId, each]))
  const later = new Map<string, LaterRuns>()
  return runs
    .map(run => {
      const before = earlierOf.get(run.runId)
      if (run.spec === null) return noticed(run, false, before, now)
      const ofSpec = later.get(run.spec) ?? new LaterRuns()
      later.set(run.spec, ofSpec)
      const superseded = ofSpec.supersede(run)
      ofSpec.add(run)
      return noticed(run, superseded, before, now)
    })
    .filter(({ hasFailed, findings }) => hasFailed || findings.length > 0)
}

/** What the later runs of a spec tell of an earlier one. */
class LaterRuns {
  /** One that counts was completed, or goes on: for dry runs, and for runs with agents. */
  readonly #well = { dry: false, real: false }
  readonly #errors = new Set<string>()

  add({ status, dryRun, error }: Noticed): void {
    if (status === 'failed' && error !== null) this.#errors.add(errorOf({ dryRun, error }))
    if (status === 'failed' || status === 'aborted') return
    // A dry run shows nothing of what agents did.
    this.#well.dry = true
    if (!dryRun) this.#well.real = true
  }

  /** Whether nobody needs to look at the earlier run any more: a later one went well, goes on, or failed by the same error. */
  supersede({ status, dryRun, error }: Noticed): boolean {
    if (dryRun ? this.#well.dry : this.#well.real) return true
    return status === 'failed' && this.#errors.has(errorOf({ dryRun, error }))
  }
}

const errorOf = ({ dryRun, error }: Pick<Noticed, 'dryRun' | 'error'>) => JSON.stringify([dryRun, error])

function noticed<R extends Noticed>(
  run: R,
  superseded: boolean,
  earlier: EarlierRuns | undefined,
  now: number,
): Noticeable<R> {
  if (!isOver(run.status)) {
    const findings = run.findings.filter(({ kind }) => !REMARKS.has(kind))
    return { run, hasFailed: false, findings: [...findings, ...ofTime(run, earlier, now)] }
  }
  const end = run.endedAt ?? run.heardAt ?? run.startedAt
  const isFresh = end !== null && now - Date.parse(end) < DAY && !superseded && !isSettled(run)
  return {
    run,
    hasFailed: isFresh && run.status === 'failed',
    findings: run.findings.filter(({ kind }) => kind === 'orphan' || (isFresh && kind === 'conflict')),
  }
}

/** What time alone shows of a run that goes on: while its backend is not live, as of when it last was. */
function ofTime(run: Noticed, earlier: EarlierRuns | undefined, now: number): Finding[] {
  const { link, lastLiveAt } = run
  if (link.backend !== 'live' && lastLiveAt === undefined) return []
  const at = lastLiveAt === undefined ? now : Date.parse(lastLiveAt)
  const long = earlier === undefined ? null : longerThanUsual(run, earlier, at)
  const findings = [...longSilence(run, at), ...(long ? [long] : [])]
  return lastLiveAt === undefined ? findings : findings.map(finding => ({ ...finding, knownAt: lastLiveAt }))
}

/** The finding for a run that is at work, and of which nothing was heard for long although its backend was live. */
function longSilence({ status, heardAt }: Noticed, now: number): Finding[] {
  if (status !== 'running' || heardAt === null) return []
  if (now - Date.parse(heardAt) < LONG_SILENCE) return []
  const text = `Nothing was heard of it since ${heardAt}, although its backend is live. Look at its log, and at its containers.`
  return [{ kind: 'silent', text, at: heardAt, batchId: null, containerId: null }]
}

/** Whether an operator's note says that the run, as it has ended, needs nobody. A note from before a later end says nothing of that. */
export function isSettled({
  endedAt,
  clockOffset,
  notes = [],
}: Pick<RunFields, 'endedAt' | 'clockOffset' | 'notes'>): boolean {
  const end = endedAt === null ? -Infinity : Date.parse(endedAt) + clockOffset
  return notes.some(({ settles, at }) => settles && Date.parse(at) >= end)
}
