import type { Fleet, RunFields } from '../../../lib/run/model'

/** What of the fleet changes what the pages of specs show [SPEC-5.1]. */

/** A run's object is another one as soon as anything in it changes. */
const keys = new WeakMap<RunFields, string>()

function keyOfRun(run: RunFields): string {
  const known = keys.get(run)
  if (known !== undefined) return known
  const { runId, spec, status, dryRun, inferred, basis, startedAt, endedAt, counts, unnamedCompleted } = run
  const { total, pending, running, completed, failed } = counts
  const key = JSON.stringify([
    ...[runId, spec, status, dryRun, inferred, basis, startedAt, endedAt, unnamedCompleted],
    ...[total, counts.totalKnown, pending, running, completed, failed],
  ])
  keys.set(run, key)
  return key
}

/** @param spec only its runs count; null: all do */
export function fleetKey({ runs, imports, link }: Fleet, spec: string | null): string {
  const isOf = (run: { spec: string | null }) => spec === null || run.spec === spec
  return [
    link.backend,
    ...runs.filter(isOf).map(keyOfRun),
    // The list of all specs tells nothing of imports.
    ...(spec === null ? [] : imports.filter(isOf).map(({ id }) => id)),
  ].join('\n')
}
