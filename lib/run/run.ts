import type { ContainerFacts } from './evidence/container-facts'
import { RunClock, type KeptSteps, type Placed } from './time/clock-steps'
import type { HistoryReading, Noted, PlanReading, MessageClaim } from './observation'
import type { Instant } from './time/time'

/** A message that may change the run's state, with the fields that the fold needs. */
export interface StoredMessage {
  id: string
  says: MessageClaim
  time: Instant
  /** When it first reached us, ms, our clock. */
  at: number
  /** Its index in the newest connection that brought it, and the first and the newest of those connections. */
  index: number
  firstConnection: number
  connection: number
  /**
   * For a failure that may be an agent's line: since when, ms on our clock, the orchestrator's silence makes it an end, and
   * whether it was found to be the end then. Null before such a silence, and for other messages [RUN-4.1].
   */
  silence: { since: number; wasEnd: boolean } | null
}

/** All that is stored of a run. Only `fold` changes it, and only by an observation. */
export interface Run {
  /** Counts executions under the same id [RUN-14]. */
  incarnation: number
  /** The orchestrator's own claims, and the claims on channels that agents use, too, each with its own bound [SAFE-5]. */
  claims: Map<string, StoredMessage>
  unverifiedClaims: Map<string, StoredMessage>
  overflow: boolean
  first: ({ id: string } & Placed) | null
  /** The last message of any kind, log lines included. */
  last: Placed | null
  /** The highest index of any message; -1 before there was one. */
  lastIndex: number
  heardAt: number | null
  /** The orchestrator's own last message: its stamp, and when it reached us. */
  orchestrator: (Placed & { at: number }) | null
  /**
   * Our clock minus the backend's as it went when the run began, ms: the least receipt time minus stamp of the messages that came
   * at once. Null before there was one [RUN-7].
   */
  clockOffset: number | null
  /** The index of the first message that gave this offset. */
  clockOffsetFrom: number | null
  /** The same offset by an HTTP answer of the backend, while no message gives it [RUN-7.2]; null before there was an answer. */
  datedOffset: number | null
  /** The same offset by our machine's clock alone, while nothing else gives it [RUN-16.31]. */
  presumedOffset: number
  /** When a live message last came, ms. */
  liveAt: number | null
  /** By how much our machine's clock is ahead of the server's clock, ms, and how it was set during the run [RUN-16.15]. */
  wallAhead: number
  ourSteps: OurStep[]
  /** How the backend's clock was set during the run [RUN-16]. */
  clockSteps: KeptSteps
  accepted: { at: number; sent?: number; spec: string; dryRun: boolean; by?: string; model?: string } | null
  /** A start of ours that was sent and got no answer. */
  asked: { at: number; dryRun: boolean } | null
  /** The spec that the run executes: from the accepted start, else from the first message that names one. */
  spec: string | null
  stopAt: number | null
  openedAt: number | null
  /** When the backend last ended a connection with a complete replay, ms on our clock. */
  brokeAt: number | null
  /** The newest connection with a complete replay, when it was opened, and when its replay was complete. */
  replayed: { connection: number; openedAt: number; at: number } | null
  unknown: { connection: number; at: number } | null
  planBefore: PlanReading | null
  plan: PlanReading | null
  history: HistoryReading | null
  /** When we first read in the history that the run has ended. */
  historyEndedAt: number | null
  /** True once the stream has had its time to report that end [RUN-8.14]. */
  historyAwaited: boolean
  /** The evidence, kept apart from the claims [RUN-10]: the containers that work on this run's batches, by their ids. */
  evidence: Map<string, Evidence>
  /** Since when the plan or the history says that a batch is at work, ms on our clock; they have no stamps for that. */
  runningSince: Map<string, number>
  /** When the history, or the plan that was read with it, last changed, ms on our clock [RUN-13]. */
  historyChangedAt: number | null
  /** Another run continues this run's history entry: `from` on the backend's clock, ms, and known `at` on ours, ms [RUN-13]. */
  continued: { from: number; at: number } | null
  /**
   * For a run that is known from the history alone: when it was found to have failed because nothing changed any more, ms on our
   * clock. Null if it was not, and again after any change [RUN-13.1].
   */
  quietAt: number | null
  /** The last notes of operators, the oldest first [RUN-18]. */
  notes: readonly Noted[]
}

/** Our machine's clock was set: when, and by how much, ms. */
export interface OurStep {
  at: number
  by: number
  /** If the backend's offset was not measured by then, the last index of a message that may be from before the step; else null. */
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
    orchestrator: null,
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
    brokeAt: null,
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
    notes: [],
  }
}

/**
 * The kept messages in the backend's order: by stamp, and by index if stamps are equal. If the backend's clock was set, their
 * times are corrected to one clock [RUN-16].
 */
export function inOrder(run: Run): StoredMessage[] {
  const clock = new RunClock(run.clockSteps)
  const kept = [...run.claims.values(), ...run.unverifiedClaims.values()].sort((a, b) => compareClaims(clock, a, b))
  return clock.isSteady ? kept : kept.map(message => ({ ...message, time: clock.corrected(message) }))
}

/** Negative if `a` came first in the backend's order. */
export const compareClaims = (clock: RunClock, a: StoredMessage, b: StoredMessage): number =>
  clock.compare(a, b) || a.index - b.index || a.firstConnection - b.firstConnection

/** The history entry of a run that is known from the backend's history alone; null for any other run [RUN-13]. */
export const entryAlone = (run: Run): HistoryReading | null =>
  run.first === null && run.accepted === null ? run.history : null
