import { expect } from 'vitest'
import { isOver } from '../../run/is-over'
import type { BatchStatus, RunStatus, Snapshot } from '../../run/model'
import type { Entry, SpecFiles } from './spec-files'
import { evidenceOf, expectSums, isAtWork, ownContainers, verdictOf, type Scene } from './oracle'

/** After this much silence an open run has failed, including the time to notice it, ms. */
const SILENCE = 65_000

/** An agent counts as missing 15 s after its run appears, after two of Docker's lists, which are read every 10 s [DOCK-2], ms. */
const MISSED_AFTER = 25_000

/**
 * Expects the state of a run that is known from the backend's history only [RUN-13].
 * @param known `age`: how long the run has been shown, ms; `maybeAnother`: as far as is known here, another run of the spec may be
 * active; `wasForgotten`: this dashboard has let go of it, for want of room, and found it again: what its containers were shown to be may
 * be lost
 */
export function expectEntry(
  snapshot: Snapshot,
  entry: Entry,
  files: SpecFiles,
  scene: Scene,
  { age, maybeAnother, wasForgotten }: { age: number; maybeAnother: boolean; wasForgotten: boolean },
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
    const evidences = [true, false].map(all => evidenceOf(own, scene.dashboard, all))
    const alternatives = [...evidences, ...(wasForgotten ? [[]] : [])].flatMap(evidence => {
      return statuses.map(status => {
        const verdict = verdictOf(status, isOver(snapshot.status), evidence, entry.dryRun)
        // The agent is not missing before Docker's lists were read often enough.
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

/** The run ends as the entry does. An open run has failed if none of its agents works any more. */
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

/** The plan says which batches run, unless other runs write it too; no orchestrator writes that a batch failed. */
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
    // A batch that completed after its entry ended belongs to another run, because an ended entry is not read again.
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
