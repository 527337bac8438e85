import type { HistoryEntry, ListedEntry } from '../../backend/http'
import { AFTERMATH } from '../../run/claims/outcome'
import { isOver } from '../../run/is-over'
import type { KnownRun } from '../runs'

/** How long after its begin a run may take to report which history entry is its own, ms [RUN-13]. */
export const ITS_OWN_WORD = 10_000

/** How the entries of one spec are handled. Each entry is in at most one of `show`, `wait` and `followed`. */
export interface Sorted {
  /** Runs that no user has asked to follow. */
  show: HistoryEntry[]
  /**
   * A run that has just begun may still report that this entry is its own. These entries must be sorted again, so an ended
   * one is wanted again.
   */
  wait: HistoryEntry[]
  /** The entries of followed runs, each with its run. If several runs have the entry, the latest one. */
  followed: { entry: HistoryEntry; runId: string }[]
  /** Whether a run that has just begun may still report that any of these entries is its own. */
  ambiguous: boolean
  /** Unfinished runs that a later run continues under the same entry, since `from`: ms, the backend's clock. */
  continued: { runId: string; from: number }[]
}

/** Times in ms. */
export interface Clocks {
  now: number
  /** When this dashboard started. */
  since: number
  /** How far the backend's clock is behind ours. */
  offset: number
}

/** At work, as far as the history shows. A run of a dead backend keeps this status. */
export const isEntryOpen = ({ status }: ListedEntry): boolean => status === 'running' || status === 'pending'

/** Whether it ended after this dashboard started. */
export const entryEndedSince = ({ endedAt }: ListedEntry, { since, offset }: Omit<Clocks, 'now'>): boolean =>
  endedAt !== null && endedAt + offset >= since

/**
 * Separates new runs from runs that are already followed [RUN-13]. An entry that ended before this dashboard started is in
 * no list, unless its run is known.
 * @param known all runs, of any spec, including those found in the history
 */
export function sortEntries(
  spec: string,
  entries: readonly HistoryEntry[],
  known: readonly KnownRun[],
  clocks: Clocks,
): Sorted {
  const runs = known.filter(run => run.spec === spec || run.spec === null)
  const followed = runs.filter(({ basis }) => basis === 'stream')
  const shown = new Set(runs.filter(({ basis }) => basis === 'history').map(({ historyId }) => historyId))
  const owners = ownersOf(followed, clocks.offset)
  const mayBeAwaited = followed.some(run => run.historyId === null && isYoung(run, clocks))

  const continued = [...owners.values()].flatMap(continuedIn)
  const sorted: Sorted = { show: [], wait: [], followed: [], ambiguous: mayBeAwaited, continued }
  for (const entry of entries) {
    const owner = owners.get(entry.id)?.at(-1)
    if (owner) sorted.followed.push({ entry, runId: owner.run.runId })
    else if (shown.has(entry.id)) sorted.show.push(entry)
    else if (!isEntryOpen(entry) && !entryEndedSince(entry, clocks)) continue
    // Even an entry that began long ago may belong to the new run: a resumed run continues an old entry.
    else if (mayBeAwaited) sorted.wait.push(entry)
    else sorted.show.push(entry)
  }
  return sorted
}

/** The entries of the spec whose followed runs are all at work: nothing but the existence of such an entry matters here. */
export function entriesAtWork(spec: string, known: readonly KnownRun[]): Set<string> {
  const followed = known.filter(run => run.basis === 'stream' && (run.spec === spec || run.spec === null))
  const ids = new Set(followed.map(({ historyId }) => historyId).filter(id => id !== null))
  for (const { historyId, status } of followed) if (historyId !== null && isOver(status)) ids.delete(historyId)
  return ids
}

interface Owner {
  run: KnownRun
  /** ms, the backend's clock. */
  begun: number
}

/** By entry id: the followed runs that have the entry as their own, in the order in which they began. */
function ownersOf(followed: readonly KnownRun[], offset: number): Map<string, Owner[]> {
  const owners = new Map<string, Owner[]>()
  for (const run of followed) {
    if (run.historyId === null) continue
    const owner = { run, begun: run.startedAt ?? run.since - offset }
    const others = owners.get(run.historyId)
    if (others) others.push(owner)
    else owners.set(run.historyId, [owner])
  }
  for (const list of owners.values()) list.sort((a, b) => a.begun - b.begun || a.run.since - b.run.since)
  return owners
}

function continuedIn(owners: readonly Owner[]): Sorted['continued'] {
  return owners.flatMap(({ run }, index) => {
    const next = owners[index + 1]
    return next && !isOver(run.status) ? [{ runId: run.runId, from: next.begun }] : []
  })
}

/**
 * Whether the run has just begun. A run begins when its start is sent, or later by its own messages, also when it begins
 * again under the same id.
 */
function isYoung({ since, startedAt }: KnownRun, { now, offset }: Clocks): boolean {
  const begins = startedAt === null ? [since] : [since, startedAt + offset]
  return begins.some(at => at <= now && now < at + ITS_OWN_WORD)
}

/**
 * Whether the entry of a followed run that is over was resumed: the entry is open again, or one of its batches ended later
 * than the run. An open entry alone proves nothing, because many ends are never written to the history.
 * @param end when the run ended, ms, the backend's clock
 * @param wasEnded the entry was seen ended while it belonged to that run
 */
export function wasResumed(entry: HistoryEntry, end: number, wasEnded: boolean): boolean {
  return isEntryOpen(entry) && (wasEnded || entry.batches.some(({ endedAt }) => (endedAt ?? 0) > end + AFTERMATH))
}
