import { expect } from 'vitest'
import {
  batch,
  isOver,
  runFields,
  type BatchStatus,
  type LogLine,
  type RunStatus,
  type Snapshot,
  type Verdict,
} from '../../run/model'
import type { Document } from '../../sync/document'
import type { Project } from './testing-backend'
import type { SimulatedContainer } from './testing-docker'
import { cutShort, WORKING, type Truth } from './testing-execution'

/**
 * What a snapshot must say, from what the simulated backend and its agents really did and what of it could be known: told
 * from the rules alone, with nothing of the code that folds.
 */
export function expectTrue(
  snapshot: Snapshot,
  project: Project,
  containers: readonly SimulatedContainer[],
  dashboard: number,
): void {
  const { statuses, truth } = knowable(project)
  expect([snapshot.runId, statuses]).toEqual([snapshot.runId, expect.arrayContaining([snapshot.status])])
  expectSums(snapshot)
  if (!project.execution || !truth) return
  expect(snapshot.startedAt).toBe(startOf(project))
  const seen = (id: string) => containers.filter(({ batchId, shownTo }) => batchId === id && shownTo.has(dashboard))
  const evidenceOf = (id: string, all: boolean): Seen[] =>
    seen(id).map(({ inspection, removed, endShownTo, endReadBy }) => {
      const isRead = endReadBy.has(dashboard) && (all || !removed)
      const isSeen = endShownTo.has(dashboard) || isRead
      return { works: isAtWork({ inspection, removed }), exitCode: isSeen ? inspection.exitCode : null }
    })
  expect(snapshot.counts).toMatchObject({ total: project.plan.length, totalKnown: true })
  const told = snapshot.batches.map(({ id, status, verdict }) => ({ id, status, verdict }))
  const due = truth.batches.map(([id, status]) => {
    const found = snapshot.batches.find(each => each.id === id)
    const local = project.execution?.dryRun === true && project.known.accepted
    // Who reads a container's output asks how it is, too. Where only that one was told before it was gone, chance decides.
    const [due, ...others] = [true, false].flatMap(all => {
      const evidence = evidenceOf(id, all)
      return statesOf(id, status, truth, evidence).map(status => ({
        ...{ id, status },
        verdict: verdictOf(status, isOver(snapshot.status), evidence, local),
      }))
    })
    return others.find(each => each.status === found?.status && each.verdict === found.verdict) ?? due
  })
  expect([snapshot.runId, told]).toEqual([snapshot.runId, due])
}

/**
 * Each line is in the log as often as it was printed: as a stream that was lost is joined anew, nothing is missing while the
 * run is alive and not over, and nothing is there twice [RUN-2]. Where stamps are whole seconds, equal lines of one second
 * that came twice stand twice.
 */
export function expectLines(snapshot: Snapshot, lines: readonly LogLine[], { execution, isAlive }: Project): void {
  if (!execution) return
  const count = lines.filter(({ text }) => text === WORKING).length
  const { workings, generation } = execution
  if (generation !== 'C') expect([snapshot.runId, count]).toEqual([snapshot.runId, Math.min(count, workings)])
  if (isAlive && !isOver(snapshot.status)) expect([snapshot.runId, count >= workings]).toEqual([snapshot.runId, true])
}

/** What is wrong with a state of a run at any moment, whatever has happened: sentences, none for another scope's. */
export function neverTrue({ fields, items }: Document): string[] {
  if (!('runId' in fields)) return []
  const { runId, status, link, counts } = runFields.parse(fields)
  const batches = items.map(item => batch.parse(item))
  const { total, totalKnown: _, ...five } = counts
  const sum = Object.values(five).reduce((all, count) => all + count)
  const wrong: string[] = []
  if (sum !== total || total !== batches.length) wrong.push(`[RUN-1] ${runId} counts ${JSON.stringify(counts)}`)
  if (isOver(status) && batches.some(each => each.status === 'running')) {
    wrong.push(`[RUN-1] ${runId} is ${status}, and batches run`)
  }
  if (link.docker !== 'live' && batches.some(({ verdict }) => verdict !== 'unknown')) {
    wrong.push(`[DOCK-3] ${runId} has a verdict while Docker is ${link.docker}`)
  }
  return wrong
}

interface Seen {
  works: boolean
  /** Null where nobody saw how it ended. */
  exitCode: number | null
}

const isAtWork = ({ inspection, removed }: Pick<SimulatedContainer, 'inspection' | 'removed'>) =>
  inspection.state === 'running' && !removed

/** What the dashboard can know of a run; no truth where chance decides how much of it. */
function knowable(project: Project): { statuses: RunStatus[]; truth: Truth | null } {
  const { execution, isAlive, known } = project
  if (!execution) return { statuses: ['idle'], truth: null }
  const { truth } = execution
  const isAborted = execution.isAborted && known.abort
  const isComplete = execution.frames.every(frame => known.heard.has(frame) || !frame.replayed)
  // The stream of a run that is over is not joined again once it is lost [RUN-9]: what took that end back may be unheard.
  if (isAlive && execution.seemedFailed && !isComplete)
    return { statuses: [truth.status, 'failed', 'aborted'], truth: null }
  const exactly = (truth: Truth) => ({ statuses: [truth.status], truth })
  if (isAlive) {
    if (isOver(truth.status)) return exactly(truth)
    if (isAborted) return exactly(cutShort(truth, 'aborted'))
    // The engine's silence in all this time of peace makes it true [RUN-4].
    return exactly(execution.seemsFailed ? cutShort(truth, 'failed') : truth)
  }
  // Its process died: only what was heard in time is known of it [RUN-11].
  const { heard } = known
  // That it accepted a stop tells of an abort all the same [RUN-4].
  if (heard.size === 0) return { statuses: known.abort ? ['aborted'] : ['idle', 'failed'], truth: null }
  if (!isComplete || execution.mayHavePrintedAbort) return { statuses: ['failed', 'aborted', 'completed'], truth: null }
  if (isOver(truth.status)) return exactly(truth)
  return exactly(cutShort(truth, isAborted ? 'aborted' : 'failed'))
}

/** A failure that names no batch is only one's that evidence names [RUN-10]. */
function statesOf(id: string, status: BatchStatus, { unnamed }: Truth, evidence: readonly Seen[]): BatchStatus[] {
  if (unnamed === null) return [status]
  if (id === unnamed) return ['failed', 'aborted']
  return status === 'aborted' && evidence.some(hasFailed) ? ['failed', 'aborted'] : [status]
}

const hasFailed = ({ exitCode }: Seen) => exitCode !== null && exitCode !== 0

/** [DOCK-2], once every grace time has passed and everything can be reached. */
function verdictOf(status: BatchStatus, over: boolean, evidence: readonly Seen[], local: boolean): Verdict {
  const works = evidence.some(each => each.works)
  if (evidence.length === 0 && local) return 'local'
  switch (status) {
    case 'completed':
      if (evidence.some(hasFailed) || works) return 'conflict'
      return evidence.at(-1)?.exitCode === 0 ? 'agrees' : 'unknown'
    case 'running':
      if (over) return works ? 'orphan' : 'agrees'
      if (evidence.length === 0) return 'ghost'
      return works ? 'agrees' : 'late'
    case 'pending':
      if (over) return works ? 'orphan' : 'agrees'
      return evidence.length > 0 ? 'conflict' : 'agrees'
    case 'failed':
    case 'aborted':
      return works ? 'orphan' : 'agrees'
  }
}

/** [RUN-1] */
function expectSums({ counts, batches }: Snapshot): void {
  const of = (status: BatchStatus) => batches.filter(each => each.status === status).length
  const { total, totalKnown: _, ...five } = counts
  expect(five).toEqual({
    pending: of('pending'),
    running: of('running'),
    completed: of('completed'),
    failed: of('failed'),
    aborted: of('aborted'),
  })
  expect(total).toBe(batches.length)
}

/** [RUN-7] */
function startOf({ execution }: Project): string | null {
  const stamp = /"timestamp":"([^"]*)"/.exec(execution?.frames[0]?.text ?? '')?.[1]
  return stamp === undefined ? null : new Date(Math.floor(Date.parse(stamp))).toISOString()
}
