import type { ContainerFacts } from './container-facts'
import { RunClock, type KeptSteps, type Placed } from './clock-steps'
import type { HistoryReading, PlanReading, MessageClaim } from './observation'
import type { Instant } from './time'

/** A message that says something of the run's state, as far as the fold needs it. */
export interface StoredMessage {
  id: string
  says: MessageClaim
  time: Instant
  /** When it first reached us, ms, our clock. */
  at: number
  /** Its place in the newest connection that brought it, and the first and the newest of those connections. */
  index: number
  firstConnection: number
  connection: number
  /**
   * Of a failure that may be an agent's line: since when, ms on our clock, the engine's silence makes it an end, and whether it
   * was found to be the end then. Null while the engine was not silent for so long, or where it is another message [RUN-4.1].
   */
  silence: { since: number; wasEnd: boolean } | null
}

/** Everything kept of a run. Only `fold` changes it, and only by what an observation says. */
export interface Run {
  /** Counts executions under the same id [RUN-14]. */
  incarnation: number
  /** The engine's own claims, and those on channels where agents speak too, each with its own bound [SAFE-5]. */
  claims: Map<string, StoredMessage>
  unverifiedClaims: Map<string, StoredMessage>
  overflow: boolean
  first: ({ id: string } & Placed) | null
  /** The last message of any kind, log lines included. */
  last: Placed | null
  /** The highest place of any message; -1 before there was one. */
  lastIndex: number
  heardAt: number | null
  /** The engine's own last word: its stamp, and when it reached us. */
  engine: (Placed & { at: number }) | null
  /** The least receipt minus stamp over messages that came at once, ms, on the clock of the run's beginning; null before one [RUN-7]. */
  clockOffset: number | null
  /** The place of the first of them. */
  clockOffsetFrom: number | null
  /** The same by an answer of the backend, while no message tells it [RUN-7.2]; null before there was one. */
  datedOffset: number | null
  /** The same as far as nothing but our machine's clock tells it [RUN-16.31]. */
  presumedOffset: number
  /** When a live message last came, ms. */
  liveAt: number | null
  /** By how much the clock of our machine is ahead of ours, ms, and how it was set during the run [RUN-16.15]. */
  wallAhead: number
  ourSteps: OurStep[]
  /** How the backend's clock was set during the run [RUN-16]. */
  clockSteps: KeptSteps
  accepted: { at: number; sent?: number; spec: string; dryRun: boolean } | null
  /** A start of ours that was sent and not answered. */
  asked: { at: number; dryRun: boolean } | null
  /** Whose plan it executes, by the start that was accepted, else by the first message that says so. */
  spec: string | null
  stopAt: number | null
  openedAt: number | null
  /** The newest connection that brought again everything known before it, when it was opened, and when it had. */
  replayed: { connection: number; openedAt: number; at: number } | null
  unknown: { connection: number; at: number } | null
  planBefore: PlanReading | null
  plan: PlanReading | null
  history: HistoryReading | null
  /** When we first read there that the run has ended. */
  historyEndedAt: number | null
  /** The stream had its time to tell of that end [RUN-8.14]. */
  historyAwaited: boolean
  /** What Docker shows, beside what is claimed [RUN-10]: the containers that work on this run's batches, by their ids. */
  evidence: Map<string, Evidence>
  /** Since when a plan or history says that a batch is at work, ms on our clock; they have no stamps for that. */
  runningSince: Map<string, number>
  /** When the history, or the plan read beside it, last said something new, ms on our clock [RUN-13]. */
  historyChangedAt: number | null
  /** Another run went on with this one's history entry: when it did, ms on the backend's clock, and when that was known, on ours [RUN-13]. */
  continued: { from: number; at: number } | null
  /**
   * Known from the history alone, it has failed because nothing changed any more: when that was found, ms on our clock. Null
   * where it was not, and once anything has changed since [RUN-13.1].
   */
  quietAt: number | null
}

/** Our machine's clock was set: when, and by how much, ms. */
export interface OurStep {
  at: number
  by: number
  /** Where the backend's offset was not measured by then, the last place up to which messages may be from before the step. */
  undatedTo: number | null
}

/** A container, and the batch it works on. */
export interface Evidence {
  batchId: string
  by: 'label' | 'tree' | 'mission'
  container: ContainerFacts
}

export function emptyRun(incarnation = 1): Run {
  return {
    incarnation,
    claims: new Map(),
    unverifiedClaims: new Map(),
    overflow: false,
    first: null,
    last: null,
    lastIndex: -1,
    heardAt: null,
    engine: null,
    clockOffset: null,
    clockOffsetFrom: null,
    datedOffset: null,
    presumedOffset: 0,
    liveAt: null,
    wallAhead: 0,
    ourSteps: [],
    clockSteps: new Map(),
    accepted: null,
    asked: null,
    spec: null,
    stopAt: null,
    openedAt: null,
    replayed: null,
    unknown: null,
    planBefore: null,
    plan: null,
    history: null,
    historyEndedAt: null,
    historyAwaited: false,
    evidence: new Map(),
    runningSince: new Map(),
    historyChangedAt: null,
    continued: null,
    quietAt: null,
  }
}

/**
 * The kept messages in the backend's order: by stamp, and where stamps are equal by place in the stream. Where the
 * backend's clock was set, their times are those of one clock [RUN-16].
 */
export function inOrder(run: Run): StoredMessage[] {
  const clock = new RunClock(run.clockSteps)
  const kept = [...run.claims.values(), ...run.unverifiedClaims.values()].sort(
    (a, b) => clock.compare(a, b) || a.index - b.index || a.firstConnection - b.firstConnection,
  )
  return clock.isSteady ? kept : kept.map(message => ({ ...message, time: clock.corrected(message) }))
}

/** A run of which only the backend's history tells, by what that says [RUN-13]. */
export const entryAlone = (run: Run): HistoryReading | null =>
  run.first === null && run.accepted === null ? run.history : null
