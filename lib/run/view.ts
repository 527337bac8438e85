import { ClaimedBatches } from './claims/claimed-batches'
import { ConcludedClaims } from './claims/concluded-claims'
import { countBatches } from './counts'
import { clockFindings, onOneClock } from './time/durations'
import { splitError } from './text/error-text'
import { ContainersByBatch } from './evidence/containers-by-batch'
import type { Surroundings } from './evidence/evidence'
import { CLAIMS_ALONE, type Links } from './links'
import { boundedFindings } from './findings'
import type { Change } from './fold'
import { JudgedBatches } from './evidence/judged-batches'
import { isOver } from './is-over'
import type { Batch, OperatorNote, RunFields } from './model'
import type { Noted } from './observation'
import { offsetOf, ourClockFindings } from './time/our-clock'
import { entryAlone, type Run } from './run'
import { readEntry, readStream } from './claims/source-reading'
import { StreamReader } from './claims/stream-reader'
import { iso, offsetThatCounts, type Instant } from './time/time'

/** The state that a run's observations give. The caller adds the run's identity and how fresh its sources are. */
export type RunView = Omit<
  RunFields,
  'runId' | 'backend' | 'link' | 'linkSince' | 'dockerSince' | 'heardAt' | 'imported'
> & {
  batches: Batch[]
}

export interface Derived {
  view: RunView
  /** When the passing of time alone may change the view, ms on our clock, or null. */
  deadline: number | null
  /** A new connection to the stream, with its replay, would show whether the run was aborted [RUN-4]. */
  wantsRejoin: boolean
  /** The run ended by silence; the caller must store the observation `silent` [RUN-4] [RUN-13.1]. */
  bySilence: boolean
  /** The run ended by the history; the caller must store the observation `awaited` [RUN-8.14]. */
  byHistory: boolean
  /** The run's end by silence no longer holds; the caller must store the observation `stirred` [RUN-13.2]. */
  stirred: boolean
  /** For how many batches the plan or the history is ahead of the stream: if that lasts, the stream is dead [RUN-9]. */
  ahead: number
}

const MAX_UNPROVEN = 20
const MOST_NAMED = 4

/**
 * Derives the run's view at a moment from the observations so far. Pure. The cost grows with the number of state messages:
 * `Derivation` costs less if a run is derived again and again.
 * @param now the server's clock, ms
 * @param links how fresh both sources are, which decides whether a verdict is possible
 */
export const derive = (run: Run, now: number, links: Links = CLAIMS_ALONE): Derived =>
  new Derivation(run).at(now, links)

/** The parts of a derivation that the next one goes on from. */
class Cache {
  readonly reader = new StreamReader()
  readonly concluded = new ConcludedClaims()
  readonly claimed = new ClaimedBatches()
  readonly judged = new JudgedBatches()
  readonly containers: ContainersByBatch
  /** The batches whose evidence has changed since then. */
  readonly evidenced = new Set<string>()
  #basis: readonly unknown[] = []
  #factsByBatch: Pick<Surroundings, 'undecided' | 'runningSince'> = { undecided: new Map(), runningSince: new Map() }

  constructor(evidence: Run['evidence']) {
    this.containers = new ContainersByBatch(evidence.values())
  }

  /** What is known of single batches beside claims and evidence: the same objects until something in them changes. */
  factsByBatch(run: Run, { undecided }: Links): Pick<Surroundings, 'undecided' | 'runningSince'> {
    // The fold changes `runningSince` only with the plan or the history.
    const basis = [undecided, run.runningSince, run.plan, run.history]
    if (basis.every((fact, n) => fact === this.#basis[n]) && this.#basis.length > 0) return this.#factsByBatch
    this.#basis = basis
    return (this.#factsByBatch = {
      undecided: new Map(undecided.map(({ batchId, container }) => [batchId, container])),
      runningSince: new Map(run.runningSince),
    })
  }
}

/**
 * The view of one run, derived again and again. It goes on from the last derivation, and derives anew only what a change can
 * have touched. What it gives is always the same as from a new `Derivation` of the run.
 */
export class Derivation {
  #cache: Cache | null = null

  readonly #run: Run

  constructor(run: Run) {
    this.#run = run
  }

  /** Notes what an observation has changed in the run. To be called for each change, before the next derivation. */
  note(change: Change): void {
    if (!this.#cache) return
    const { reader, containers, evidenced } = this.#cache
    switch (change.kind) {
      case 'claim':
        reader.add(change.claim)
        break
      case 'claims':
        reader.forget()
        break
      case 'evidence':
        containers.replace(change.before, change.after)
        for (const evidence of [change.before, change.after]) if (evidence) evidenced.add(evidence.batchId)
        break
      case 'facts':
        break
    }
  }

  /** Derives the view as of now. The parameters are those of `derive`. */
  at(now: number, links: Links = CLAIMS_ALONE): Derived {
    // Once a clock was set, any message may change any time of the run.
    const isSteady = this.#run.clockSteps.size === 0 && this.#run.ourSteps.length === 0
    const run = isSteady ? this.#run : onOneClock(this.#run)
    const cache = (isSteady ? this.#cache : null) ?? new Cache(run.evidence)
    const derived = deriveOn(cache, run, now, links)
    // A run that is over changes seldom, and many of them are kept.
    this.#cache = isSteady && !isOver(derived.view.status) ? cache : null
    return derived
  }
}

function deriveOn(cache: Cache, run: Run, now: number, links: Links): Derived {
  const entry = entryAlone(run)
  const reading = entry ? readEntry(run, entry, cache, links, now) : readStream(run, cache, links, now)
  const { ending, durations, startedAt, totalKnown, unnamed } = reading
  const { outcome } = ending
  const changed = cache.claimed.update(reading.claims, reading.changed, durations)
  const claimed = cache.claimed.all
  const status = outcome?.status ?? reading.status(claimed)
  const endedAt = stamp(outcome?.time ?? null)
  const dryRun = run.accepted?.dryRun ?? run.history?.dryRun ?? (run.asked?.dryRun === true || cache.claimed.hasDryRun)
  const clockOffset = offsetThatCounts(offsetOf(run))
  for (const id of cache.evidenced) {
    const place = cache.claimed.placeOf(id)
    if (place !== undefined) changed.add(place)
  }
  cache.evidenced.clear()
  const around: Surroundings = {
    ...links,
    ...cache.factsByBatch(run, links),
    over: isOver(status),
    endedAt: endedAt === null ? null : Date.parse(endedAt) + clockOffset,
    local: dryRun ? 'dry-run' : reading.isLocal ? 'fallback' : null,
    clockOffset,
  }
  cache.judged.update(claimed, changed, cache.containers, around, now)
  const { all: batches, findings, deadline } = cache.judged
  const paragraphs = outcome?.error == null ? null : splitError(outcome.error)
  const counts = countBatches(batches, totalKnown)
  const atWork = namesAtWork(batches)
  return {
    view: {
      historyId: reading.historyId,
      basis: reading.basis,
      spec: run.spec,
      dryRun,
      status,
      inferred: outcome?.inferred ?? false,
      stopping: run.stopAt !== null && !outcome,
      startedAt: stamp(startedAt),
      endedAt,
      ...durations.of(startedAt, outcome?.time ?? null),
      error: paragraphs?.first ?? null,
      errorDetail: paragraphs?.rest ?? null,
      findings: boundedFindings([
        ...reading.findings,
        ...clockFindings(run),
        ...ourClockFindings(run),
        ...findings,
        ...ending.findings.slice(-MAX_UNPROVEN),
      ]),
      clockOffset,
      // If fewer batches are pending than the backend counts as completed, the backend runs a different plan.
      counts: unnamed <= counts.pending ? counts : { ...counts, totalKnown: false },
      ...(unnamed > 0 && { unnamedCompleted: unnamed }),
      ...(atWork.length > 0 && { atWork }),
      ...(run.accepted?.by !== undefined && { startedBy: run.accepted.by }),
      ...(run.accepted?.model !== undefined && { model: run.accepted.model }),
      ...(run.notes.length > 0 && { notes: run.notes.map(noteOf) }),
      batches,
    },
    deadline: earliest(ending.deadline, deadline),
    wantsRejoin: ending.needsReplay,
    bySilence: ending.bySilence,
    byHistory: ending.byHistory,
    stirred: ending.stirred,
    ahead: reading.ahead,
  }
}

const noteOf = ({ at, by, text, settles }: Noted): OperatorNote => ({
  at: iso(at),
  by,
  text,
  ...(settles && { settles }),
})

/** The names of the first batches at work: as many as a line of the fleet shows. */
function namesAtWork(batches: readonly Batch[]): string[] {
  const names: string[] = []
  for (const { status, name } of batches) {
    if (status === 'running') names.push(name)
    if (names.length === MOST_NAMED) break
  }
  return names
}

const stamp = (time: Instant | null): string | null => (time === null ? null : iso(time.ms))

/** The earlier of two moments, of which each may be absent. */
export const earliest = (a: number | null, b: number | null): number | null =>
  a === null ? b : b === null ? a : Math.min(a, b)
