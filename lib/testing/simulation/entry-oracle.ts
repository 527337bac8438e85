import { expect } from 'vitest'
import { isOver, type BatchStatus, type RunStatus, type Snapshot } from '../../run/model'
import type { Entry, SpecFiles } from './spec-files'
import { evidenceOf, expectSums, isAtWork, ownContainers, verdictOf, type Scene } from './oracle'

/** So long nothing must happen before a run that stays open has failed, and so long it may take to find that, ms. */
const SILENCE = 65_000

/** An agent is missed 15 s after its run is shown, once Docker, which is listed every 10 s, was so twice [DOCK-2], ms. */
const MISSED_AFTER = 25_000

/**
 * What a run must say of which only the backend's history tells [RUN-13].
 * @param known `age`: since when it is shown, ms; `maybeAnother`: another run may be at work in the spec, for all that is known here
 */
export function expectEntry(
  snapshot: Snapshot,
  entry: Entry,
  files: SpecFiles,
  scene: Scene,
  { age, maybeAnother }: { age: number; maybeAnother: boolean },
): void {
  const runs = scene.projects.filter(each => each.files === files && each.execution)
  const [only, ...others] = runs
  expectSums(snapshot)
  expect([snapshot.runId, snapshot.basis, snapshot.counts.total]).toEqual([entry.id, 'history', files.plan.length])
  const statuses = statusesOf(entry, files, scene)
  if (age < SILENCE && entry.status === 'running') statuses.push('running')
  expect([entry.id, statuses]).toEqual([entry.id, expect.arrayContaining([snapshot.status])])
  const isOnly = only !== undefined && others.length === 0 && !maybeAnother
  const told = snapshot.batches.map(({ id, status, verdict }) => ({ id, status, verdict }))
  const due = told.map(found => {
    const statuses = batchStatusesOf(found.id, entry, files, isOnly, snapshot.status)
    const isRight = statuses.includes(found.status)
    if (!isOnly) return isRight ? found : { ...found, status: statuses[0] }
    const own = ownContainers(only, found.id, scene)
    const alternatives = [true, false].flatMap(all => {
      const evidence = evidenceOf(own, scene.dashboard, all)
      return statuses.map(status => {
        const verdict = verdictOf(status, isOver(snapshot.status), evidence, entry.dryRun)
        // It is not missed before it was looked for often enough.
        const isEarly = verdict === 'ghost' && age < MISSED_AFTER && found.verdict === 'agrees'
        return { id: found.id, status, verdict: isEarly ? found.verdict : verdict }
      })
    })
    return (
      alternatives.find(({ status, verdict }) => status === found.status && verdict === found.verdict) ??
      alternatives[0]
    )
  })
  expect([entry.id, told]).toEqual([entry.id, due])
}

/** It ends as the entry does; one that stays open has failed where none of its agents works any more. */
function statusesOf(entry: Entry, files: SpecFiles, { projects, containers, dashboard }: Scene): RunStatus[] {
  if (entry.status !== 'running') return [entry.status]
  const working = containers.filter(each => isAtWork(each) && each.shownTo.has(dashboard))
  const ofSpec = projects.filter(({ files: { spec } }) => spec === files.spec)
  const isOf = (hex: string, runs: typeof ofSpec) =>
    runs.some(({ execution }) => files.plan.some(({ id }) => execution?.hexOf(id) === hex))
  const own = ofSpec.filter(({ execution }) => execution?.entry === entry)
  if (ofSpec.filter(({ execution }) => execution).length === 1) {
    return working.some(({ hex }) => isOf(hex, own)) ? ['running'] : ['failed']
  }
  return working.some(({ hex }) => isOf(hex, ofSpec)) ? ['running', 'failed'] : ['failed']
}

/** Which are at work the plan tells, unless other runs write it, too; no engine writes that a batch failed. */
function batchStatusesOf(
  batchId: string,
  entry: Entry,
  files: SpecFiles,
  isOnly: boolean,
  run: RunStatus,
): BatchStatus[] {
  if (entry.status === 'completed') return ['completed']
  const own = entry.batches.find(({ id }) => id === batchId)
  if (own?.status === 'completed') {
    // What was completed in an entry that had ended is another run's, and an entry that has ended is read no more.
    const isAnothers = entry.endedAt !== null && (own.endedAt ?? 0) > entry.endedAt
    return isAnothers ? ['completed', 'pending', 'aborted', 'failed'] : ['completed']
  }
  if (!isOnly || entry.status !== 'running') {
    return isOver(run) ? ['pending', 'aborted', 'failed'] : ['pending', 'running']
  }
  const isAtWork = files.plan.find(({ id }) => id === batchId)?.status === 'running'
  if (!isAtWork) return ['pending']
  return isOver(run) ? ['aborted', 'failed'] : ['running']
}
