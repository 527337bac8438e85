import type { HistoryEntry, ListedEntry } from '../../backend/http'
import { isOver } from '../../run/model'
import type { KnownRun } from '../runs'

/** How long after its begin a run may take to say which entry of the history is its own, ms [RUN-13]. */
export const ITS_OWN_WORD = 10_000

/** What is to be done with the entries of one spec; each is in at most one of `show`, `wait` and `announced`. */
export interface Sorted {
  /** Runs that nobody announced. */
  show: HistoryEntry[]
  /** A run that has just begun may yet say that this is its own: to be sorted again, so one that has ended is wanted again. */
  wait: HistoryEntry[]
  /** Entries of a followed run, and which it is; of several the latest. */
  followed: { entry: HistoryEntry; runId: string }[]
  /** A run that has just begun may yet say that any of these is its own. */
  ambiguous: boolean
  /** Unfinished runs whose entry a later run goes on with, since `from`, ms on the backend's clock. */
  continued: { runId: string; from: number }[]
}

/** ms. */
export interface Clocks {
  now: number
  /** When this dashboard started. */
  since: number
  /** How far the backend's clock is behind ours. */
  offset: number
}

/** At work, as far as the history knows: a run whose backend died stays so. */
export const isOpen = ({ status }: ListedEntry): boolean => status === 'running' || status === 'pending'

/** It ended after this dashboard started. */
export const hasEndedSince = ({ endedAt }: ListedEntry, { since, offset }: Omit<Clocks, 'now'>): boolean =>
  endedAt !== null && endedAt + offset >= since

/**
 * Tells the runs that nobody announced from those that are followed already [RUN-13]. An entry that ended before this
 * dashboard started is in no list, unless a run of it is known.
 * @param known all runs, of whatever spec, those found in the history included
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
    else if (!isOpen(entry) && !hasEndedSince(entry, clocks)) continue
    // It may have begun long before: a run that is resumed goes on with an old entry.
    else if (mayBeAwaited) sorted.wait.push(entry)
    else sorted.show.push(entry)
  }
  return sorted
}

interface Owner {
  run: KnownRun
  /** ms, the backend's clock. */
  begun: number
}

/** Which followed runs say that an entry is theirs, in the order in which they began. */
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

/** A run begins when its start is sent, or later by its own word; also one that begins anew under the same id. */
function isYoung({ since, startedAt }: KnownRun, { now, offset }: Clocks): boolean {
  const begins = startedAt === null ? [since] : [since, startedAt + offset]
  return begins.some(at => at <= now && now < at + ITS_OWN_WORD)
}

/** What an engine may still write of a run that it has ended, ms. */
const AFTERMATH = 2_000

/**
 * Somebody goes on with the entry of a followed run that is over: it is open again, or a batch of it ended later than that
 * run. That it is open alone says nothing: of many an end the history is never told.
 * @param end the run's, ms on the backend's clock
 * @param wasEnded the entry was seen ended while it was that run's
 */
export function wasResumed(entry: HistoryEntry, end: number, wasEnded: boolean): boolean {
  return isOpen(entry) && (wasEnded || entry.batches.some(({ endedAt }) => (endedAt ?? 0) > end + AFTERMATH))
}
