import { hasEnded, isAtWork } from '../../run/evidence/container'
import type { ContainerFacts } from '../../run/evidence/container-facts'
import type { Role } from '../../run/evidence/container-state'
import { shown } from '../../run/evidence/evidence'
import type { AgentContainer, Batch, Finding } from '../../run/model'
import { iso } from '../../run/time/time'
import { shortId } from '../../run/evidence/container-words'
import { byOurClock } from '../../clock/our-clock-watch'

/** The run and batch that a container belongs to, as far as that is known. */
export interface Ownership {
  assignment: { runId: string; batchId: string } | null
  /** The batch as its run shows it. */
  batch: Batch | null
  /** Whether its run is over. */
  over: boolean
  /** The runs that it may belong to, if its run is not known. */
  candidates: readonly string[]
}

/** How long a container may belong to no known run before that is a finding, ms: the backend may report its run a moment later. */
const UNCLAIMED_AFTER = 10_000

/** A container as the containers' page shows it. */
export function agentContainer(facts: ContainerFacts, belongs: Ownership): AgentContainer {
  const { assignment, batch, over } = belongs
  // The batch's verdict is about its latest container, or about an earlier one that has not ended.
  const word = batch && (batch.container?.id === facts.id || isAtWork(facts)) ? batch : null
  const { image, role, createdAt } = facts
  const { removed: _removed, timedOut: _timedOut, ...container } = shown(facts)
  const { seenRunningAt, seenEndedAt, seenStateAt = null } = facts
  return {
    ...container,
    image,
    role,
    createdAt: iso(byOurClock(createdAt, seenRunningAt ?? seenEndedAt ?? seenStateAt)),
    startedAt: iso(byOurClock(facts.startedAt, seenRunningAt)),
    finishedAt: iso(byOurClock(facts.finishedAt, seenEndedAt)),
    runId: assignment?.runId ?? null,
    batchId: assignment?.batchId ?? batchOf(facts),
    ...(batch && batch.name !== batch.id && { batchName: batch.name }),
    verdict: word?.verdict ?? 'unknown',
    reason: word?.reason ?? reasonOf(facts, belongs),
    reasonSince: word?.reasonSince ?? null,
    stoppable: role === 'batch' && assignment !== null && over && isAtWork(facts),
  }
}

/** The id of the batch that the container's own marks name, of whichever run. */
const batchOf = ({ marks }: ContainerFacts): string | null => marks.batchId ?? marks.tree?.batchId ?? marks.mission

const PURPOSE: Record<Exclude<Role, 'batch'>, string> = {
  planning: 'Plans a spec; no batch.',
  'merge-help': 'Helps with a merge; no batch.',
  session: 'A person’s session; no batch.',
  terminal: 'A person’s terminal; no batch.',
  other: 'What it is for can’t be told; no batch.',
}

function reasonOf({ role }: ContainerFacts, { assignment, batch, candidates }: Ownership): string {
  if (role !== 'batch') return PURPOSE[role]
  if (batch) return 'An earlier container of this batch.'
  if (assignment) return 'Its run names no such batch.'
  if (candidates.length === 0) return 'Belongs to no run that is known here.'
  return `May belong to ${candidates.join(' or ')}: told apart once a batch’s branch names its work tree.`
}

/** The finding for an agent at work that belongs to no known run. */
export function unclaimed(facts: ContainerFacts, now: number): Finding[] {
  const { id, role, seenRunningAt } = facts
  if (role !== 'batch' || !isAtWork(facts) || seenRunningAt === null || now - seenRunningAt < UNCLAIMED_AFTER) return []
  const since = iso(seenRunningAt)
  const batch = batchOf(facts) ?? 'a batch'
  const text = `Container ${shortId(id)} works on ${batch} since ${since}, for no run that is known here. Follow its run by its id.`
  return [{ kind: 'unclaimed', text, at: since, batchId: batchOf(facts), containerId: id }]
}

/** Sorts stoppable containers first, then agents at work for no known run, then the others; within each group the newest first. */
export function orphansFirst(a: AgentContainer, b: AgentContainer): number {
  return rank(a) - rank(b) || (b.createdAt ?? '').localeCompare(a.createdAt ?? '') || a.id.localeCompare(b.id)
}

function rank({ stoppable, role, runId, state, startFailed }: AgentContainer): number {
  if (stoppable) return 0
  const ended = hasEnded({ state, removed: false, startFailed })
  if (role === 'batch' && runId === null && !ended) return 1
  return ended ? 3 : 2
}
