import { claimBatches, type BatchClaims } from './batches'
import { completedBeforeFinding, unnamedOf } from './completed-before'
import { countBatches } from './counts'
import { outcomeByContinuation, findOutcome, isMergeFailure, type Outcome, type OutcomeNow } from './outcome'
import { clockFindings, Durations, onOneClock } from './durations'
import { splitError } from './error-text'
import { cutText } from './kept-text'
import { CLAIMS_ALONE, ContainersByBatch, judge, type ClaimedBatch, type Links } from './evidence'
import { entryAlone, inOrder, type StoredMessage, type Run } from './run'
import type { Batch, Finding, RunFields, RunStatus } from './model'
import type { HistoryReading } from './observation'
import { boundedFindings, noted } from './findings'
import { offsetOf, ourClockFindings } from './our-clock'
import { isOpen, MAX_BATCHES, type BatchClaim } from './roster'
import { iso, offsetThatCounts, type Instant } from './time'
import { claimEntry, outcomeOfEntry, statusOfEntry } from './discovered-run'

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
const MAX_LOOKS = 20
/**
 * If the errors of all batches together are longer, characters, each is cut to its beginning: a page of the run gets all of
 * them [SAFE-5.6].
 */
const MOST_OF_ERRORS = 512 * 1024
const SHORT_ERROR = 240

/**
 * Derives the run's view at a moment from the observations so far. Pure. The cost grows with the number of state messages, so
 * call it once per published version, not once per message.
 * @param now the server's clock, ms
 * @param links how fresh both sources are, which decides whether a verdict is possible
 */
export function derive(told: Run, now: number, links: Links = CLAIMS_ALONE): Derived {
  const run = onOneClock(told)
  const entry = entryAlone(run)
  const containers = new ContainersByBatch(run.evidence)
  const reading = entry
    ? readEntry(run, entry, containers, links, now)
    : readStream(run, containers, links.backend, now)
  const { claims, ending, durations } = reading
  const batches = withIds(claims.batches, durations)
  const paragraphs = ending.outcome?.error == null ? null : splitError(ending.outcome.error)
  const clockOffset = offsetThatCounts(offsetOf(run))
  const status = ending.outcome?.status ?? reading.status(batches)
  const endedAt = stamp(ending.outcome?.time ?? null)
  const dryRun =
    run.accepted?.dryRun ??
    run.history?.dryRun ??
    (run.asked?.dryRun === true || batches.some(batch => batch.branch === 'dry-run-branch'))
  const claimed = { status, dryRun, local: claims.local, endedAt, clockOffset }
  const judged = judge(batches, claimed, containers, run.runningSince, links, now)
  const unnamed = unnamedOf(claims.before, claims.batches)
  const pending = claims.batches.filter(batch => batch.status === 'pending').length
  return {
    view: {
      historyId: reading.historyId,
      basis: entry ? 'history' : 'stream',
      spec: run.spec,
      dryRun,
      status,
      inferred: ending.outcome?.inferred ?? false,
      stopping: run.stopAt !== null && !ending.outcome,
      startedAt: stamp(reading.startedAt),
      endedAt,
      ...durations.of(reading.startedAt, ending.outcome?.time ?? null),
      error: paragraphs?.first ?? null,
      errorDetail: paragraphs?.rest ?? null,
      findings: boundedFindings([
        ...notCounted(run, claims),
        ...(status === 'completed' && unnamed === 0 ? [] : completedBeforeFinding(claims.before, unnamed)),
        ...clockFindings(run),
        ...ourClockFindings(run),
        ...judged.findings,
        ...ending.findings.slice(-MAX_UNPROVEN),
      ]),
      clockOffset,
      // If fewer batches are pending than the backend counts as completed, the backend runs a different plan.
      counts: countBatches(judged.batches, claims.totalKnown && unnamed <= pending),
      ...(unnamed > 0 && { unnamedCompleted: unnamed }),
      batches: judged.batches,
    },
    deadline: earliest(ending.deadline, judged.deadline),
    wantsRejoin: ending.needsReplay,
    bySilence: ending.bySilence,
    byHistory: ending.byHistory,
    stirred: ending.stirred,
    ahead: claims.ahead,
  }
}

/** The claims of one of the two sources, stream or history, before they are compared with the evidence. */
interface SourceReading {
  claims: BatchClaims
  ending: OutcomeNow
  historyId: string | null
  startedAt: Instant | null
  durations: Durations
  status: (batches: readonly ClaimedBatch[]) => RunStatus
}

function readStream(run: Run, containers: ContainersByBatch, backend: Links['backend'], now: number): SourceReading {
  const messages = inOrder(run)
  const ending = findOutcome(run, messages, backend, now)
  const claims = claimBatches(run, messages, containers, ending.outcome)
  if (ending.outcome) close(claims, ending.outcome, containers)
  else attributeFailure(claims, containers)
  return {
    claims,
    ending,
    historyId: historyIdOf(messages),
    startedAt: startOf(messages, claims),
    durations: new Durations(run, messages),
    status: batches => statusOf(run, messages, batches),
  }
}

function readEntry(
  run: Run,
  entry: HistoryReading,
  containers: ContainersByBatch,
  links: Links,
  now: number,
): SourceReading {
  const claims = claimEntry(run, entry)
  const { outcome: end, ...rest } = outcomeOfEntry(run, entry, links, now)
  const ending: OutcomeNow = { ...rest, outcome: outcomeByContinuation(run) ?? end, findings: [], needsReplay: false }
  if (ending.outcome) close(claims, ending.outcome, containers)
  return {
    claims,
    ending,
    historyId: entry.id,
    startedAt: entry.startedAt === null ? null : { ms: entry.startedAt, ns: 0 },
    durations: new Durations(run, []),
    status: () => statusOfEntry(entry, claims),
  }
}

/** Ends the open batches of a run that is over [RUN-1]; a failed merge revokes the completion of its batch [RUN-5]. */
function close(claims: BatchClaims, end: Outcome, containers: ContainersByBatch): void {
  if (end.status === 'failed' && isMergeFailure(end.error) && claims.merged) {
    fail(claims.merged, end, end.error)
    claims.merged.basis = 'inferred'
  }
  attributeFailure(claims, containers)
  for (const batch of claims.batches) {
    if (end.status === 'completed' && isOpen(batch)) {
      // The backend says that every batch is completed, so the message about this one was lost.
      batch.status = 'completed'
      batch.basis = 'inferred'
    } else if (batch.status === 'running') {
      batch.status = 'aborted'
      batch.endedAt = end.time
    }
  }
}

/**
 * `batch_error` names no batch. If one batch is at work, the error is that batch's. If several are, it belongs to the one batch
 * with a container that has failed by then, unless the stream has named a failed batch [RUN-10].
 */
function attributeFailure(claims: BatchClaims, containers: ContainersByBatch): void {
  if (claims.batches.some(batch => batch.status === 'failed' && batch.basis === 'stream')) return
  const known = new Map(claims.batches.map(batch => [batch.id ?? batch.name, batch]))
  let looks = 0
  for (const { error, time, only } of claims.errors) {
    // The orchestrator ends with its first failure, so there are never many.
    const shown = only || looks++ >= MAX_LOOKS ? [] : containers.failedBy(time).flatMap(id => known.get(id) ?? [])
    const [batch, ...others] = only ? [only] : shown.filter(({ status }) => status === 'running')
    if (batch?.status !== 'running' || others.length > 0) continue
    fail(batch, { time }, error)
    batch.basis = 'inferred'
  }
}

function fail(batch: BatchClaim, at: { time: Instant }, error: string | null): void {
  batch.status = 'failed'
  batch.error = error
  batch.endedAt = at.time
}

/** Gives each batch an id that is unique in the run: its own, or its name until the backend sends the id. */
function withIds(claims: readonly BatchClaim[], durations: Durations): ClaimedBatch[] {
  const idFor = freeIds(claims)
  const all = claims.reduce((sum, { error }) => sum + (error?.length ?? 0), 0)
  const shown = (error: string | null) =>
    error === null || all <= MOST_OF_ERRORS ? error : cutText(error, SHORT_ERROR)
  return claims.map(claim => {
    const id = claim.id ?? idFor(claim.name ?? 'batch')
    return {
      id,
      name: claim.name ?? id,
      status: claim.status,
      branch: claim.branch,
      error: shown(claim.error),
      dependsOn: [...claim.dependsOn],
      startedAt: stamp(claim.startedAt),
      endedAt: stamp(claim.endedAt),
      ...durations.of(claim.startedAt, claim.endedAt),
      basis: claim.basis,
      ...(claim.before && claim.status === 'completed' && { before: claim.before }),
    }
  })
}

/** Makes ids from names: NAME, then NAME (2) and so on; skips ids that are taken. */
function freeIds(claims: readonly BatchClaim[]): (name: string) => string {
  const taken = new Set(claims.map(({ id }) => id))
  const given = new Map<string, number>()
  return name => {
    for (let n = (given.get(name) ?? 0) + 1; ; n += 1) {
      const id = n === 1 ? name : `${name} (${n})`
      if (taken.has(id)) continue
      given.set(name, n)
      taken.add(id)
      return id
    }
  }
}

function statusOf(run: Run, messages: readonly StoredMessage[], batches: readonly ClaimedBatch[]): RunStatus {
  const running = messages.some(({ says }) => says.kind === 'run-status' && says.status === 'running')
  if (running || batches.some(({ startedAt, endedAt }) => (startedAt ?? endedAt) !== null)) return 'running'
  return run.accepted || run.first ? 'starting' : 'idle'
}

/** The earliest of `start`, status running and the first batch [RUN-7]. */
function startOf(messages: readonly StoredMessage[], claims: BatchClaims): Instant | null {
  const batchStarts = new Set(claims.batches.map(batch => batch.startedAt))
  const first = messages.find(
    ({ says, time }) =>
      says.kind === 'start' || (says.kind === 'run-status' && says.status === 'running') || batchStarts.has(time),
  )
  return first?.time ?? null
}

const stamp = (time: Instant | null): string | null => (time === null ? null : iso(time.ms))

function historyIdOf(messages: readonly StoredMessage[]): string | null {
  for (const { says } of messages) if (says.kind === 'history-id') return says.id
  return null
}

const earliest = (a: number | null, b: number | null): number | null =>
  a === null ? b : b === null ? a : Math.min(a, b)

/** Reports each bound that was reached, and batches that may exist beside the shown ones [SAFE-5] [RUN-8.16]. */
function notCounted(run: Run, claims: BatchClaims): Finding[] {
  const reached: Finding[] = []
  if (run.overflow) {
    const text = 'More state messages or containers came than are kept; some of them do not count.'
    reached.push(noted('overflow', text))
  }
  if (claims.overflow) {
    const text = `This run has more than ${MAX_BATCHES.toLocaleString('en')} batches; the rest are not shown.`
    reached.push(noted('too-many-batches', text))
  }
  if (claims.repeats) {
    const text = 'The plan gives one id to several batches: only the first is shown, and the total is not known.'
    reached.push(noted('repeated-id', `${text} Give each batch an id of its own.`))
  }
  return reached
}
