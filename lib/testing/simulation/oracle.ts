import { expect } from 'vitest'
import { isOver } from '../../run/is-over'
import {
  batch,
  runFields,
  type BatchStatus,
  type LogLine,
  type RunStatus,
  type Snapshot,
  type Verdict,
} from '../../run/model'
import type { Document } from '../../sync/document'
import type { Project } from './simulated-backend'
import type { SimulatedContainer } from './simulated-docker'
import { cutShort, WORKING, type Truth } from './execution'

/**
 * How long after its end an orchestrator may still write its results: they look the same as another run's writes then [RUN-8.13],
 * ms.
 */
const AFTERMATH = 2_000

/** The true state, with which the shown state is compared. */
export interface Scene {
  readonly projects: readonly Project[]
  readonly containers: readonly SimulatedContainer[]
  /** The incarnation of the dashboard that is asked. */
  readonly dashboard: number
}

/**
 * Expects a snapshot to be true. The expectation is computed from the actual events of the simulated backend and its agents, as far
 * as they could be known, and from the rules alone, without any code of the fold.
 */
export function expectTrue(snapshot: Snapshot, project: Project, scene: Scene): void {
  const { statuses, truth } = knowable(project, scene.projects)
  expect([snapshot.runId, statuses]).toEqual([snapshot.runId, expect.arrayContaining([snapshot.status])])
  expectSums(snapshot)
  const { execution } = project
  if (!execution || !truth) return
  expect(snapshot.startedAt).toBe(startOf(project))
  expect(snapshot.counts).toMatchObject({ total: project.files.plan.length, totalKnown: true })
  const others = scene.projects.filter(each => each !== project && each.files === project.files && each.execution)
  // If this run's end was not received at its time, it may have written the plan, whatever runs of the spec came after it.
  const isEndUnheard = !project.isAlive || (execution.isAborted && !project.known.abort)
  const beside = others.filter(
    ({ execution: other }) =>
      other?.overlaps(execution, AFTERMATH) || (isEndUnheard && other?.begins(execution) === 'after'),
  )
  const local = execution.dryRun && knowsDryRun(project)
  const isCutShort = isCutShortByEntry(snapshot, project)
  const told = snapshot.batches.map(({ id, status, verdict }) => ({ id, status, verdict }))
  const due = truth.batches.map(([id, status]) => {
    const found = told.find(each => each.id === id)
    const own = ownContainers(project, id, scene)
    // A reader of a container's output also inspects it. If only that reader learned the end before the removal, the result is
    // random.
    const seen = [true, false].map(all => evidenceOf(own, scene.dashboard, all))
    // A batch whose beginning was not received is given no container.
    const [due, ...alternatives] = [...seen, ...(isCutShort ? [[]] : [])].flatMap(evidence => {
      const untold = isCutShort && status !== 'completed' ? UNTOLD : []
      return [...statesOf(id, status, truth, evidence), ...untold, ...writtenBy(beside, id)].map(status => ({
        ...{ id, status },
        verdict: verdictOf(status, isOver(snapshot.status), evidence, local),
      }))
    })
    const fits = alternatives.find(each => each.status === found?.status && each.verdict === found.verdict)
    if (fits || others.length === 0 || !found) return fits ?? due
    // If several runs may have started a container, its run is not always known [DOCK-4].
    const isMissed = found.verdict === 'ghost' && own.some(isAtWork)
    const isDue = found.status === due?.status || alternatives.some(each => each.status === found.status)
    return isDue && !isMissed ? found : due
  })
  // A plan that others have written since shows only how many batches were completed before it, not which [RUN-8.12].
  const isUnnamed = (n: number) => told[n]?.status === 'pending' && due[n]?.status === 'completed'
  const unnamed = others.length > 0 ? told.filter((_, n) => isUnnamed(n)) : []
  if (unnamed.length === snapshot.unnamedCompleted) for (const each of unnamed) due[told.indexOf(each)] = each
  expect([snapshot.runId, told]).toEqual([snapshot.runId, due])
}

/**
 * The history ended the run before its lost stream was joined again, and then it is not joined [RUN-8] [RUN-9]: the stream's
 * messages about batches that the entry does not mention are missing.
 */
const isCutShortByEntry = ({ inferred }: Snapshot, { execution, known }: Project): boolean =>
  inferred &&
  execution?.entry?.endedAt != null &&
  execution.frames.some(frame => frame.replayed && !known.heard.has(frame))

const UNTOLD: readonly BatchStatus[] = ['pending', 'aborted']

/** Three things show it: a start from here, the run's entry, and a branch that only dry runs have. */
const knowsDryRun = ({ known }: Project): boolean =>
  known.accepted || [...known.heard].some(({ namesEntry, text }) => namesEntry || text.includes('dry-run-branch'))

/**
 * All runs of a spec share one plan. A completion in it counts as the run's own if the run that wrote it is not known here, or was
 * no longer followed.
 */
const writtenBy = (beside: readonly Project[], id: string): BatchStatus[] =>
  beside.some(
    each =>
      !(each.known.accepted && isHeard(each)) &&
      each.execution?.truth.batches.some(([batchId, status]) => batchId === id && status === 'completed'),
  )
    ? ['completed']
    : []

/** The containers of a run's attempt of a batch that the dashboard has seen. */
export const ownContainers = ({ execution }: Project, id: string, { containers, dashboard }: Scene) =>
  containers.filter(({ hex, shownTo }) => hex === execution?.hexOf(id) && shownTo.has(dashboard))

/** @param all also the ends that only the reader of a container's output learned */
export const evidenceOf = (containers: readonly SimulatedContainer[], dashboard: number, all: boolean): Seen[] =>
  containers.map(({ inspection, removed, endShownTo, endReadBy }) => {
    const isRead = endReadBy.has(dashboard) && (all || !removed)
    const isSeen = endShownTo.has(dashboard) || isRead
    return { works: isAtWork({ inspection, removed }), exitCode: isSeen ? inspection.exitCode : null }
  })

/**
 * Expects each line in the log as often as it was printed [RUN-2]. A lost stream is joined again, so no line is missing while the
 * run is alive and not over, and no line is repeated. If stamps have whole seconds, equal lines of one second that came twice
 * appear twice.
 */
export function expectLines(snapshot: Snapshot, lines: readonly LogLine[], { execution, isAlive }: Project): void {
  if (!execution) return
  const count = lines.filter(({ text }) => text === WORKING).length
  const { workings, generation } = execution
  if (generation !== 'C') expect([snapshot.runId, count]).toEqual([snapshot.runId, Math.min(count, workings)])
  if (isAlive && !isOver(snapshot.status)) expect([snapshot.runId, count >= workings]).toEqual([snapshot.runId, true])
}

/** The faults that no state of a run may ever have, whatever has happened: sentences, none for another scope. */
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

export interface Seen {
  works: boolean
  /** Null if its end was not seen. */
  exitCode: number | null
}

export const isAtWork = ({ inspection, removed }: Pick<SimulatedContainer, 'inspection' | 'removed'>) =>
  inspection.state === 'running' && !removed

/** The part of a run that the dashboard can know; `truth` is null if that depends on chance. */
function knowable(project: Project, all: readonly Project[]): Knowable {
  const alone = knowableAlone(project)
  const { execution, known } = project
  if (!execution) return alone
  const sharing = all.flatMap(each => {
    const other = each !== project && execution.entry && each.execution?.entry === execution.entry && each.execution
    return other ? [{ known: each.known, execution: other }] : []
  })
  const beside = sharing.filter(each => each.execution.overlaps(execution))
  if (alone.statuses.every(isOver)) {
    const isTold = execution.frames.some(frame => frame.isEnd && known.heard.has(frame))
    if (isTold) return alone
    // Its own end was not received: the end of a run beside it may be taken for it, or a later run that resumes it [RUN-8]
    // [RUN-13].
    const ends = beside.map(each => each.execution.truth.status).filter(isOver)
    const later = sharing.filter(each => each.execution.begins(execution) !== 'before')
    if (later.length > 0) ends.push('aborted')
    // If no stream of a later run was received, only its end may have been seen, in the entry.
    const unheardOf = later.filter(each => ![...each.known.heard].some(({ namesEntry }) => namesEntry))
    ends.push(...unheardOf.map(each => each.execution.truth.status).filter(isOver))
    return ends.length === 0 ? alone : { statuses: [...alone.statuses, ...ends], truth: null }
  }
  const later = sharing.filter(each => each.execution.begins(execution) !== 'before')
  if (later.length === 0 && beside.length === 0) return alone
  // Another run resumed its entry, and the changes of that run may be taken for this one's [RUN-13].
  const isKnown = [project, ...later].every(each => [...each.known.heard].some(({ namesEntry }) => namesEntry))
  if (isKnown && sharing.every(each => each.execution.begins(execution) === 'after')) {
    const spoken = sharing.map(each => execution.spokeLast(each.execution))
    // A message of its orchestrator after the other began shows that it is active too, if the message was received [RUN-13.4].
    if (spoken.every(when => when === 'after') && isHeard(project)) return alone
    const isSilent = spoken.every(when => when === 'before')
    if (isSilent && alone.truth) return { statuses: ['aborted'], truth: cutShort(alone.truth, 'aborted') }
  }
  return { statuses: [...alone.statuses, 'aborted', 'failed', 'completed'], truth: null }
}

/** Everything that can be received of it was received. */
const isHeard = ({ execution, known }: Project): boolean =>
  execution?.frames.every(frame => known.heard.has(frame) || !frame.replayed) ?? false

interface Knowable {
  statuses: RunStatus[]
  truth: Truth | null
}

function knowableAlone(project: Project): Knowable {
  const { execution, isAlive, known } = project
  if (!execution) return { statuses: ['idle'], truth: null }
  const { truth } = execution
  const isAborted = execution.isAborted && known.abort
  const isComplete = isHeard(project)
  // The lost stream of an ended run is not joined again [RUN-9]: the message that revoked this end, or that showed that an agent may
  // have printed it, may be missing.
  if (isAlive && (execution.seemedFailed || execution.seemsFailed) && !isComplete)
    return { statuses: [truth.status, 'failed', 'aborted'], truth: null }
  // The same holds for a run that our stop has ended if the rest of its replay was late: that it had ended before may be unknown.
  if (isAlive && isAborted && isOver(truth.status) && !isComplete)
    return { statuses: [truth.status, 'aborted'], truth: null }
  const exactly = (truth: Truth) => ({ statuses: [truth.status], truth })
  if (isAlive) {
    if (isOver(truth.status)) return exactly(truth)
    if (isAborted) return exactly(cutShort(truth, 'aborted'))
    // The orchestrator's silence in all this quiet time makes it true [RUN-4].
    return exactly(execution.seemsFailed ? cutShort(truth, 'failed') : truth)
  }
  // Its process died: only the messages received in time are known [RUN-11].
  const { heard } = known
  // An accepted stop proves an abort all the same [RUN-4].
  if (heard.size === 0) return { statuses: known.abort ? ['aborted'] : ['idle', 'failed'], truth: null }
  if (!isComplete || execution.mayHavePrintedAbort) return { statuses: ['failed', 'aborted', 'completed'], truth: null }
  if (isOver(truth.status)) return exactly(truth)
  return exactly(cutShort(truth, isAborted ? 'aborted' : 'failed'))
}

/** A failure that names no batch belongs only to a batch that evidence names [RUN-10]. */
function statesOf(id: string, status: BatchStatus, { unnamed }: Truth, evidence: readonly Seen[]): BatchStatus[] {
  if (unnamed === null) return [status]
  if (id === unnamed) return ['failed', 'aborted']
  return status === 'aborted' && evidence.some(hasFailed) ? ['failed', 'aborted'] : [status]
}

const hasFailed = ({ exitCode }: Seen) => exitCode !== null && exitCode !== 0

/** [DOCK-2], once every grace time has passed and everything can be reached. */
export function verdictOf(status: BatchStatus, over: boolean, evidence: readonly Seen[], local: boolean): Verdict {
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
export function expectSums({ counts, batches }: Snapshot): void {
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
