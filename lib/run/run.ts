import type { ContainerFacts } from './container'
import type { HistoryReading, PlanReading, Says } from './observation'
import { compareInstants, type Instant } from './time'

/** A message that says something of the run's state, as far as the fold needs it. */
export interface Kept {
  id: string
  says: Says
  time: Instant
  /** When it first reached us, ms, our clock. */
  at: number
  /** Its place in the newest connection that brought it, and the first and the newest of those connections. */
  index: number
  firstConnection: number
  connection: number
}

/** Everything kept of a run. Only `fold` changes it, and only by what an observation says. */
export interface Run {
  /** Counts executions under the same id [RUN-14]. */
  incarnation: number
  /** The engine's own claims, and those on channels where agents speak too, each with its own bound [SAFE-5]. */
  claims: Map<string, Kept>
  hearsay: Map<string, Kept>
  overflow: boolean
  first: { id: string; time: Instant } | null
  /** The latest stamp of any message, log lines included. */
  lastTime: Instant | null
  heardAt: number | null
  /** The engine's own last word: its stamp, and when it reached us. */
  engine: { time: Instant; at: number } | null
  /** The last time that the engine was silent for `ENGINE_SILENCE` while we could hear it, ms on our clock. */
  silence: { from: number; to: number } | null
  /** The least receipt minus stamp over live frames, ms; null before there was one. */
  clockOffset: number | null
  accepted: { at: number; spec: string; dryRun: boolean } | null
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
  /** What Docker shows, beside what is claimed [RUN-10]: the containers that work on this run's batches, by their ids. */
  evidence: Map<string, Evidence>
  /** Since when a plan or history says that a batch is at work, ms on our clock; they have no stamps for that. */
  runningSince: Map<string, number>
  /** When the history, or the plan read beside it, last said something new, ms on our clock [RUN-13]. */
  historyChangedAt: number | null
  /** When another run went on with this one's history entry, ms on the backend's clock [RUN-13]. */
  continuedAt: number | null
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
    hearsay: new Map(),
    overflow: false,
    first: null,
    lastTime: null,
    heardAt: null,
    engine: null,
    silence: null,
    clockOffset: null,
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
    evidence: new Map(),
    runningSince: new Map(),
    historyChangedAt: null,
    continuedAt: null,
  }
}

/** The kept messages in the backend's order: by stamp, and where stamps are equal by place in the stream. */
export function inOrder(run: Run): Kept[] {
  return [...run.claims.values(), ...run.hearsay.values()].sort(
    (a, b) => compareInstants(a.time, b.time) || a.index - b.index || a.firstConnection - b.firstConnection,
  )
}
