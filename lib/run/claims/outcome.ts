import type { EndClaim, EndClaims } from './end-claims'
import { splitError } from '../text/error-text'
import type { Links } from '../links'
import { ORCHESTRATOR_SILENCE, silentFrom } from '../fold'
import type { StoredMessage, Run } from '../run'
import type { Finding } from '../model'
import type { HistoryReading } from '../observation'
import { offsetOf } from '../time/our-clock'
import { compareInstants, iso, type Instant } from '../time/time'

/** How a run ended. `error` is the whole text, unsplit; null while the backend has reported none. */
export interface Outcome {
  status: 'completed' | 'failed' | 'aborted'
  time: Instant
  error: string | null
  /** True if Groundtruth concluded the end and the backend did not report it. */
  inferred: boolean
  /** Present if the run was at work until then at least, and may have gone on [RUN-11.4]. */
  isLeast?: true
}

export interface OutcomeNow {
  outcome: Outcome | null
  findings: Finding[]
  /** When the passing of time alone may change this result, ms on our clock, or null. */
  deadline: number | null
  /** A new connection with its replay would show whether an abort is real [RUN-4]. */
  needsReplay: boolean
  /** The run ended by silence, and no observation holds that yet: the caller must store one. */
  bySilence: boolean
  /** The end is the history's, because the stream reported none in time; the caller must store an observation of it [RUN-8.14]. */
  byHistory: boolean
  /** A stored end by silence no longer holds, and no observation holds that yet: the caller must store one [RUN-13.2]. */
  stirred: boolean
}

const HISTORY_GRACE = 5_000
/** The largest difference between a run's end in the stream and the end that its orchestrator writes into the history, ms. */
export const AFTERMATH = 2_000
/** After so long without a word of it, the end of a run that nobody told is only a lower bound, ms. */
const SILENT_WORK = 10_000
const ABORTED = 'Execution aborted by user.'
export const BACKEND_FORGOT =
  'The backend no longer knows this run: its process ended while the run was at work. What its agents still do, Docker shows.'

/** A candidate for the run's end, with the facts that decide whether a later message revokes it. */
interface Candidate extends Outcome {
  claim: EndClaim
  /** True for `status` and `success`, which no later message revokes. */
  final: boolean
  /** Since when it is known to be an end, ms on our clock. */
  since: number
}

/** What the messages say of an end, before it is known which of it stands. */
interface Candidates {
  /** In the backend's order. */
  readonly told: Candidate[]
  /** Failures that the orchestrator's silence has proved. */
  readonly silent: Candidate[]
  /** Failures that may be lines of agents. */
  readonly unproven: Finding[]
  /** When silence proves the next of them, ms on our clock. */
  readonly deadlines: number[]
  /** Whether an abort may be an agent's line until a replay shows it. */
  readonly isUndecided: boolean
}

function candidatesOf(
  run: Run,
  claims: EndClaims,
  history: HistoryReading | null,
  backend: Links['backend'],
  now: number,
): Candidates {
  const told: Candidate[] = []
  const silent: Candidate[] = []
  const unproven: Finding[] = []
  const deadlines: number[] = []
  let isUndecided = false
  for (const claim of claims.ends) {
    const { message, isLedTo } = claim
    const { says, time, at } = message
    const tell = (status: Outcome['status'], error: string | null, final = false) =>
      told.push({ status, time, error, final, claim, inferred: false, since: at })
    switch (says.kind) {
      case 'run-status':
        if (says.status !== 'running') tell(says.status, says.error, true)
        break
      case 'success':
        tell('completed', null, true)
        break
      case 'missing':
        if (isLedTo) tell('failed', says.error)
        break
      case 'execution-failed': {
        if (isLedTo || isFailureOf(history, time)) {
          tell('failed', says.error)
          break
        }
        const since = silentUntil(run, message, backend)
        unproven.push(unprovenFailure(splitError(says.error).first, time))
        if (since === null) break
        if (since > now) deadlines.push(since)
        else silent.push({ status: 'failed', time, error: says.error, final: false, claim, inferred: false, since })
        break
      }
      case 'execution-aborted': {
        const origin = originOfAbort(run, message)
        if (origin === 'real') tell('aborted', ABORTED)
        if (origin === 'undecided') isUndecided = true
        break
      }
      default:
    }
  }
  return { told, silent, unproven, deadlines, isUndecided }
}

/**
 * Finds the claim or observation that ended the run, if there is one: the earliest by the backend's time stands [RUN-4].
 * @param messages all that `claims` has taken in
 */
export function findOutcome(
  run: Run,
  claims: EndClaims,
  messages: readonly StoredMessage[],
  backend: Links['backend'],
  now: number,
): OutcomeNow {
  const history = ownHistory(run, claims.first)
  const { silent, unproven, deadlines, isUndecided, ...ends } = candidatesOf(run, claims, history, backend, now)

  const { lastWord, lastWordPlace } = claims
  // A message that arrived before an end does not revoke it, even if its corrected time is later after a clock step.
  const stands = (end: Candidate) =>
    end.final || !lastWord || lastWordPlace < end.claim.place || compareInstants(lastWord.time, end.time) <= 0
  const wasEnd = ({ claim }: Candidate) => claim.message.silence?.wasEnd === true
  const standing = ends.told.filter(stands)
  const stopped = outcomeOfStop(run, lastWord)
  const forgotten = outcomeOfProcess(run)
  const continued = outcomeByContinuation(run, lastWord)
  const wasContinuedFirst = (run.continued?.at ?? Infinity) < (run.unknown?.at ?? Infinity)
  const entry = outcomeOfHistory(run, history, claims.lastSign)
  // The silence of a run that has already ended proves nothing, unless the silence was found to be the end before that was known.
  const overSince = Math.min(
    ...standing.map(({ since }) => since),
    stopped ? (run.stopAt ?? Infinity) : Infinity,
    forgotten ? (run.unknown?.at ?? Infinity) : Infinity,
    continued ? continued.time.ms + offsetOf(run) : Infinity,
    entry?.since ?? Infinity,
  )
  const [silence] = silent.filter(each => stands(each) && (each.since <= overSince || wasEnd(each)))
  // The claims are in the backend's order, so the first is the earliest.
  const [told] = standing
  const first = silence && !(told && told.claim.place < silence.claim.place) ? silence : told
  // Wait for the stream to report the entry's end, unless another fact shows that it will not.
  const isAwaited = entry !== null && entry.since > now && !run.historyAwaited && !stopped && !forgotten
  if (isAwaited) deadlines.push(entry.since)
  // The backend reported neither end. Pages already show the one that was known first, so that one stands [RUN-13.3].
  const concluded = wasContinuedFirst ? (continued ?? forgotten) : (forgotten ?? continued)
  const end = first ?? (isAwaited ? null : entry?.end) ?? stopped ?? concluded
  return {
    outcome: end && withError(end, messages, first?.claim.place ?? messages.length),
    // A failure that may be an agent's line matters only while the run's end is not known.
    findings: end ? [] : unproven,
    deadline: deadlines.length > 0 ? Math.min(...deadlines) : null,
    needsReplay: isUndecided && end === null,
    bySilence: first !== undefined && first === silence && !wasEnd(first),
    byHistory: end !== null && end === entry?.end && !run.historyAwaited,
    stirred: false,
  }
}

const unprovenFailure = (text: string, time: Instant): Finding => ({
  kind: 'unproven-failure',
  text,
  at: iso(time.ms),
  batchId: null,
  containerId: null,
})

/**
 * The moment, ms on our clock, from which the orchestrator's silence makes an unproven failure an end. Null while the backend
 * can't be reached, because the silence then proves nothing. A failure that was found to be the end stands [RUN-4.1].
 */
function silentUntil(run: Run, message: StoredMessage, backend: Links['backend']): number | null {
  const { silence } = message
  const isLive = backend.link === 'live'
  if (silence && (silence.wasEnd || (isLive && silence.since >= backend.since + ORCHESTRATOR_SILENCE)))
    return silence.since
  if (run.openedAt === null || !isLive) return null
  return silentFrom(run, Math.max(run.openedAt, backend.since), message)
}

/** Decides by the replay: the backend never replays a real abort, and always replays an agent's line [RUN-4]. */
function originOfAbort(run: Run, message: StoredMessage): 'real' | 'printed' | 'undecided' {
  if (run.stopAt !== null && message.at >= run.stopAt) return 'real'
  if (message.connection > message.firstConnection) return 'printed'
  if (run.replayed && run.replayed.connection > message.connection) return 'real'
  // The backend's process is gone and replays nothing, so the abort that we received stands.
  return run.unknown ? 'real' : 'undecided'
}

/** When the stream last reported the run's end, ms on the backend's clock; Infinity if it reported none [RUN-8.13]. */
export function finalWordOf({ lastFinal }: EndClaims, end: Outcome | null): number {
  const told = end === null || end.inferred ? -Infinity : end.time.ms
  const last = Math.max(told, lastFinal?.time.ms ?? -Infinity)
  return last === -Infinity ? Infinity : last
}

/**
 * The end of a run that the backend no longer knows: it ended with the backend's process [RUN-11]. The backend proved that it was at
 * work when it had brought all its messages again, and for as long as that connection was open.
 */
function outcomeOfProcess(run: Run): Outcome | null {
  const { unknown, last, accepted, replayed, brokeAt } = run
  const lastWord = last?.time ?? (accepted && { ms: accepted.at, ns: 0 })
  if (!unknown || !lastWord) return null
  const toldAt = last ? last.time.ms + offsetOf(run) : lastWord.ms
  const knownAt = Math.max(toldAt, replayed?.at ?? toldAt, brokeAt ?? toldAt)
  const outlived = knownAt - toldAt >= SILENT_WORK
  const isLeast = outlived || unknown.at - knownAt >= SILENT_WORK
  // A copy: the batch whose end was the last word ended exactly then.
  const time = outlived ? { ms: knownAt - offsetOf(run), ns: 0 } : isLeast ? { ...lastWord } : lastWord
  return { status: 'failed', time, error: BACKEND_FORGOT, inferred: true, ...(isLeast && { isLeast }) }
}

/**
 * The end by our own stop that no message confirmed: a full replay after it shows no other end, and the orchestrator is
 * silent. A backend that no longer knows the run replays nothing; the accepted stop is then proof enough.
 */
function outcomeOfStop(run: Run, lastWord: StoredMessage | undefined): Outcome | null {
  const { stopAt, replayed, unknown } = run
  if (stopAt === null) return null
  const isSilent = replayed !== null && replayed.openedAt >= stopAt && !(lastWord && lastWord.at > replayed.at)
  if (!isSilent && !unknown) return null
  return { status: 'aborted', time: { ms: stopAt - offsetOf(run), ns: 0 }, error: ABORTED, inferred: true }
}

/**
 * The end of a run because another run continued its history entry before it had ended [RUN-13], and its orchestrator has sent
 * nothing since [RUN-13.4].
 */
export function outcomeByContinuation({ continued, history }: Run, lastWord?: StoredMessage): Outcome | null {
  if (!continued || (lastWord && lastWord.time.ms > continued.from)) return null
  const ended = history?.endedAt ?? null
  if (ended !== null && ended <= continued.from) return null
  const error = 'Another run resumed what this one had begun.'
  return { status: 'aborted', time: { ms: continued.from, ns: 0 }, error, inferred: true }
}

/**
 * The end that the history has and the stream has not reported [RUN-8]. From `since` on, ms on our clock, the stream has had
 * time to report it. If the run is at work after that end, it is the end of another run with the same entry [RUN-8.10].
 */
function outcomeOfHistory(
  run: Run,
  history: HistoryReading | null,
  lastSign: StoredMessage | undefined,
): { end: Outcome; since: number } | null {
  if (!history || history.endedAt === null || run.historyEndedAt === null) return null
  const { status, endedAt, error } = history
  if (lastSign && lastSign.time.ms > endedAt + AFTERMATH) return null
  if (status !== 'completed' && status !== 'failed' && status !== 'aborted') return null
  const end: Outcome = { status, time: { ms: endedAt, ns: 0 }, error, inferred: true }
  return { end, since: run.historyEndedAt + HISTORY_GRACE }
}

/**
 * The run's entry in the history. Null if the end in it belongs to an earlier or a later run, because a resumed run shares the
 * entry, or may belong to another run that is at work at the same time [RUN-8.11]. An end before the other one began is this
 * run's own [RUN-13.17].
 */
function ownHistory({ history, continued }: Run, first: StoredMessage | undefined): HistoryReading | null {
  const ended = history?.endedAt ?? null
  const isBeforeOther = ended !== null && continued !== null && ended <= continued.from
  if (!history || (history.shared && !isBeforeOther)) return null
  const begun = first?.time.ms ?? -Infinity
  const isOthers = ended !== null && (ended < begun || (continued !== null && !isBeforeOther))
  return isOthers ? null : history
}

/** Whether the run's entry says that it failed at about this time: a line that an agent printed earlier may look the same. */
const isFailureOf = (history: HistoryReading | null, { ms }: Instant): boolean =>
  history?.status === 'failed' && (history.endedAt === null || Math.abs(history.endedAt - ms) <= AFTERMATH)

/** Gives a failure without an error text the error that follows it, else the one that led to it. */
function withError(end: Outcome, messages: readonly StoredMessage[], place: number): Outcome {
  if (end.status !== 'failed' || end.error !== null) return end
  for (const { says } of messages.slice(place)) {
    if (says.kind === 'execution-failed') return { ...end, error: says.error }
  }
  for (const { says } of messages) {
    const error =
      says.kind === 'batch-error' || (says.kind === 'batch-status' && says.status === 'failed') ? says.error : null
    if (error !== null) return { ...end, error }
  }
  return end
}
