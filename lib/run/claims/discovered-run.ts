import type { Outcome, OutcomeNow } from './outcome'
import { isAtWork } from '../evidence/container'
import type { ContainerFacts } from '../evidence/container-facts'
import type { Links } from '../links'
import type { Run } from '../run'
import type { HistoryReading } from '../observation'
import { isOpen, Roster, type BatchClaim } from './roster'
import type { Instant } from '../time/time'

/** After this time with no container at work and no change, the run's backend process counts as gone, ms [RUN-13]. */
const SILENCE = 60_000

export const NOTHING_CHANGES =
  'Nothing of this run has changed for a minute and none of its agents runs: the backend’s process has most likely ended.'

/** The run's batches: those of its history entry. The plan, which the orchestrator also writes, shows which are at work. */
export function claimEntry(run: Run, entry: HistoryReading): Roster {
  const plan = new Map(run.plan?.batches.map(batch => [batch.id, batch]))
  const own = entry.batches.map(({ id, name }) => ({ id, name, dependsOn: plan.get(id)?.dependsOn ?? [] }))
  const roster = new Roster(own)
  for (const { id, status, branch, error, startedAt, endedAt } of entry.batches) {
    const batch = roster.get(id)
    if (!batch) continue
    batch.basis = 'history'
    batch.branch = branch
    batch.error = error
    batch.startedAt = instant(startedAt)
    batch.endedAt = instant(endedAt)
    if (status === 'running' || status === 'completed' || status === 'failed' || status === 'aborted') {
      batch.status = status
    } else if (plan.get(id)?.running === true && run.plan?.shared === false && entry.endedAt === null) {
      batch.status = 'running'
      batch.basis = 'plan'
    }
  }
  return roster
}

/** An entry's end, and which observations of it must be stored, as in `OutcomeNow`. */
type EntryOutcome = Pick<OutcomeNow, 'outcome' | 'deadline' | 'bySilence' | 'byHistory' | 'stirred'>

/** The run's end: the one in its entry, or an end by silence. `deadline` is on our clock, ms. */
export function outcomeOfEntry(run: Run, entry: HistoryReading, links: Links, now: number): EntryOutcome {
  const { status, endedAt, error } = entry
  if (status === 'completed' || status === 'failed' || status === 'aborted') {
    const time = { ms: endedAt ?? run.historyChangedAt ?? entry.at, ns: 0 }
    return { ...OPEN, outcome: { status, time, error, inferred: false } }
  }
  const containers = [...run.evidence.values()].map(({ container }) => container)
  const heard = links.docker.link === 'live' && links.backend.link === 'live'
  const maybeIts = [...containers, ...links.undecided.map(({ container }) => container)]
  if (maybeIts.some(isAtWork)) return { ...OPEN, stirred: run.quietAt !== null }
  // An end by silence was found while both links were live, and stands when one is not: only a change revokes it.
  if (run.quietAt !== null) return { ...OPEN, outcome: outcomeOfSilence(entry, containers) }
  if (!heard) return OPEN
  const changes = [run.historyChangedAt ?? entry.at, ...maybeIts.map(({ seenEndedAt }) => seenEndedAt ?? 0)]
  const due = Math.max(links.docker.since, links.backend.since, ...changes) + SILENCE
  if (due > now) return { ...OPEN, deadline: due }
  return { ...OPEN, outcome: outcomeOfSilence(entry, containers), bySilence: true }
}

const OPEN: EntryOutcome = { outcome: null, deadline: null, bySilence: false, byHistory: false, stirred: false }

/** The end by silence, at the time of the last known fact of the run. */
function outcomeOfSilence(entry: HistoryReading, containers: readonly ContainerFacts[]): Outcome {
  const told = [
    entry.startedAt ?? entry.at,
    ...entry.batches.map(batch => batch.endedAt ?? 0),
    ...containers.map(({ finishedAt }) => finishedAt ?? 0),
  ]
  return { status: 'failed', time: { ms: Math.max(...told), ns: 0 }, error: NOTHING_CHANGES, inferred: true }
}

/** The status of an open run: `running` as soon as its entry says so, or any of its batches has begun. */
export const statusOfEntry = (entry: HistoryReading, batches: readonly BatchClaim[]): 'starting' | 'running' =>
  entry.status === 'running' || batches.some(batch => !isOpen(batch) || batch.status === 'running')
    ? 'running'
    : 'starting'

const instant = (ms: number | null): Instant | null => (ms === null ? null : { ms, ns: 0 })
