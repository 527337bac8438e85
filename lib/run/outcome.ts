import { splitError } from './error-text'
import type { Links } from './evidence'
import { ENGINE_SILENCE, silentFrom } from './fold'
import type { StoredMessage, Run } from './run'
import type { Finding } from './model'
import type { HistoryReading } from './observation'
import { offsetOf } from './our-clock'
import { compareInstants, iso, type Instant } from './time'

/** How a run ended. `error` is the whole text, unsplit; null where none was told (yet). */
export interface Outcome {
  status: 'completed' | 'failed' | 'aborted'
  time: Instant
  error: string | null
  /** Concluded rather than told. */
  inferred: boolean
}

export interface OutcomeNow {
  outcome: Outcome | null
  findings: Finding[]
  /** When the passing of time alone may change this, ms on our clock, or null. */
  deadline: number | null
  /** A fresh join would decide whether an abort is real [RUN-4]. */
  needsReplay: boolean
  /** The end is one by silence, of which nothing but the moment tells yet: to be kept. */
  bySilence: boolean
  /** The end is the history's, and nothing but the moment tells yet that the stream tells of none: to be kept [RUN-8.14]. */
  byHistory: boolean
  /** An end by silence that was kept is taken back by what only the moment tells: to be kept as well [RUN-13.2]. */
  stirred: boolean
}

const HISTORY_GRACE = 5_000
/** By how much the stream's end of a run and the one that its engine writes into the history may differ, ms. */
export const AFTERMATH = 2_000
const ABORTED = 'Execution aborted by user.'
export const BACKEND_FORGOT =
  'The backend no longer knows this run: its process ended while the run was at work. What its agents still do, Docker shows.'

/** A candidate for the run's end, and what may take it back. */
interface Candidate extends Outcome {
  /** The place of its message among all. */
  place: number
  /** `status` and `success`, which nothing revokes. */
  final: boolean
  /** Since when it is known to be one, ms on our clock. */
  since: number
}

/** Which of all that was said ended the run, if anything did: the earliest by the backend's time stands [RUN-4]. */
export function findOutcome(
  run: Run,
  messages: readonly StoredMessage[],
  backend: Links['backend'],
  now: number,
): OutcomeNow {
  const findings: Finding[] = []
  const deadlines: number[] = []
  const ends: Candidate[] = []
  const silent: Candidate[] = []
  const story = new OrchestratorState()
  const history = ownHistory(run, messages)
  let undecided = false

  for (const [place, message] of messages.entries()) {
    const { says, time, at } = message
    const told = (status: Outcome['status'], error: string | null, final = false) =>
      ends.push({ status, time, error, final, place, inferred: false, since: at })
    switch (says.kind) {
      case 'run-status':
        if (says.status !== 'running') told(says.status, says.error, true)
        break
      case 'success':
        told('completed', null, true)
        break
      case 'missing':
        // Agents print nothing before the first message of the engine, so there this can only be the engine's.
        if (!story.begun) told('failed', says.error)
        break
      case 'execution-failed': {
        if (story.leadsTo(says.error) || isFailureOf(history, time)) {
          told('failed', says.error)
          break
        }
        const since = silentUntil(run, message, backend)
        findings.push(unproven(splitError(says.error).first, time))
        if (since === null) break
        if (since > now) deadlines.push(since)
        else silent.push({ status: 'failed', time, error: says.error, final: false, place, inferred: false, since })
        break
      }
      case 'execution-aborted': {
        const verdict = judgeAbort(run, message)
        if (verdict === 'real') told('aborted', ABORTED)
        if (verdict === 'undecided') undecided = true
        break
      }
      default:
    }
    story.hear(message)
  }

  const lastPlace = messages.findLastIndex(isOrchestratorMessage)
  const lastWord = messages[lastPlace]
  // A word that came first takes no end back, whatever its time is once a step of the clock is reckoned in.
  const stands = (end: Candidate) =>
    end.final || !lastWord || lastPlace < end.place || compareInstants(lastWord.time, end.time) <= 0
  const wasEnd = ({ place }: Candidate) => messages[place]?.silence?.wasEnd === true
  const standing = ends.filter(stands)
  const stopped = outcomeOfStop(run, lastWord)
  const forgotten = outcomeOfProcess(run)
  const continued = outcomeByContinuation(run, lastWord)
  const wasContinuedFirst = (run.continued?.at ?? Infinity) < (run.unknown?.at ?? Infinity)
  const entry = outcomeOfHistory(run, history, messages.findLast(isSignOfWork))
  // A run that had ended has reason to be silent; unless that was not known then, and the silence was found to be its end.
  const overSince = Math.min(
    ...standing.map(({ since }) => since),
    stopped ? (run.stopAt ?? Infinity) : Infinity,
    forgotten ? (run.unknown?.at ?? Infinity) : Infinity,
    continued ? continued.time.ms + offsetOf(run) : Infinity,
    entry?.since ?? Infinity,
  )
  const [silence] = silent.filter(each => stands(each) && (each.since <= overSince || wasEnd(each)))
  // In the backend's order, so the first is the earliest.
  const [told] = standing
  const first = silence && !(told && told.place < silence.place) ? silence : told
  // The stream's word of the entry's end is awaited no longer than until something else shows that none comes.
  const isAwaited = entry !== null && entry.since > now && !run.historyAwaited && !stopped && !forgotten
  if (isAwaited) deadlines.push(entry.since)
  // Neither was told: the one that was known first has been shown, and stands [RUN-13.3].
  const concluded = wasContinuedFirst ? (continued ?? forgotten) : (forgotten ?? continued)
  const end = first ?? (isAwaited ? null : entry?.end) ?? stopped ?? concluded
  return {
    outcome: end && withError(end, messages, first?.place ?? messages.length),
    // A failure that may be an agent's line is news only while it is open what became of the run.
    findings: end ? [] : findings,
    deadline: deadlines.length > 0 ? Math.min(...deadlines) : null,
    needsReplay: undecided && end === null,
    bySilence: first !== undefined && first === silence && messages[first.place]?.silence?.wasEnd !== true,
    byHistory: end !== null && end === entry?.end && !run.historyAwaited,
    stirred: false,
  }
}

const unproven = (text: string, time: Instant): Finding => ({
  kind: 'unproven-failure',
  text,
  at: iso(time.ms),
  batchId: null,
  containerId: null,
})

/** Follows the engine's own words up to a point, to tell whether they lead to a failure there. */
class OrchestratorState {
  begun = false
  #failing = false
  #merging = false
  #batchBegun = false
  #speaksStatus = false
  readonly #running = { starts: 0, ends: 0 }

  hear({ says }: StoredMessage): void {
    switch (says.kind) {
      case 'run-status':
        this.#speaksStatus = true
        this.#merging = false
        this.#failing ||= says.status === 'failed'
        break
      case 'batch-status':
        this.#speaksStatus = true
        this.#merging = false
        this.#batchBegun = true
        this.#failing ||= says.status === 'failed'
        if (says.status === 'running') this.#running.starts += 1
        else if (says.status !== 'pending') this.#running.ends += 1
        break
      case 'batch-start':
        if (says.tier === 3) return
        this.#merging = false
        this.#batchBegun = true
        if (!this.#speaksStatus) this.#running.starts += 1
        break
      case 'batch-complete':
        if (says.tier === 3) return
        this.#merging = false
        if (!this.#speaksStatus) this.#running.ends += 1
        break
      case 'batch-error':
        this.#failing = true
        break
      case 'merging':
        this.#merging = true
        break
      case 'start':
      case 'success':
        break
      default:
        return
    }
    this.begun = true
  }

  /**
   * Whether "Execution failed: …" is the engine's here. Agents can print the same on stderr once a batch has begun; a
   * reason of the engine's own is believed where it can happen at all.
   */
  leadsTo(error: string): boolean {
    if (this.#failing || !this.#batchBegun) return true
    if (MERGE_FAILED.test(error)) return this.#merging
    const idle = this.#running.starts <= this.#running.ends
    // A status of its own comes before these in every generation that has one.
    if (error.startsWith('Task panic:')) return !this.#speaksStatus
    if (error.startsWith('Deadlock:')) return !this.#speaksStatus && idle
    // While other batches are at work, a merge under way proves nothing: any of them may have printed this.
    return this.#merging && idle
  }
}

const MERGE_FAILED = /^(Merge failed|AI could not resolve all conflicts)/

/** True where the error says that a merge failed, which takes its batch's completion back [RUN-5]. */
export const isMergeFailure = (error: string | null): boolean => error !== null && MERGE_FAILED.test(error)

/**
 * The moment, on our clock, from which the orchestrator's silence makes an unproven failure an end; null while the backend can't
 * be heard, which the silence then says nothing about. One that was found to be the end stands [RUN-4.1].
 */
function silentUntil(run: Run, message: StoredMessage, backend: Links['backend']): number | null {
  const { silence } = message
  const isLive = backend.link === 'live'
  if (silence && (silence.wasEnd || (isLive && silence.since >= backend.since + ENGINE_SILENCE))) return silence.since
  if (run.openedAt === null || !isLive) return null
  return silentFrom(run, Math.max(run.openedAt, backend.since), message)
}

/** The backend never replays a real abort, and always replays an agent's line [RUN-4]. */
function judgeAbort(run: Run, message: StoredMessage): 'real' | 'printed' | 'undecided' {
  if (run.stopAt !== null && message.at >= run.stopAt) return 'real'
  if (message.connection > message.firstConnection) return 'printed'
  if (run.replayed && run.replayed.connection > message.connection) return 'real'
  // After the process is gone nothing can be replayed: what was witnessed is kept.
  return run.unknown ? 'real' : 'undecided'
}

/** The engine speaks of the run or a batch: that takes an earlier end back that an `error` told, nothing else does. */
const isOrchestratorMessage = ({ says }: StoredMessage): boolean =>
  says.kind === 'run-status' ||
  says.kind === 'batch-status' ||
  says.kind === 'success' ||
  ((says.kind === 'batch-start' || says.kind === 'batch-complete') && says.tier < 3)

/** Says that the run is at work at that time: an abort, too, whether the engine tells it or an agent prints it. */
const isSignOfWork = (message: StoredMessage): boolean =>
  isOrchestratorMessage(message) || message.says.kind === 'execution-aborted'

/** The engine's own word that the run is over, which nothing takes back. */
export const isFinalOutcome = ({ says }: StoredMessage): boolean =>
  says.kind === 'success' || (says.kind === 'run-status' && says.status !== 'running')

/** The backend forgot the run: it died with the backend's process [RUN-11]. */
function outcomeOfProcess({ unknown, last, accepted }: Run): Outcome | null {
  const time = last?.time ?? (accepted && { ms: accepted.at, ns: 0 })
  return unknown && time && { status: 'failed', time, error: BACKEND_FORGOT, inferred: true }
}

/**
 * A stop of ours that no message answered: a full replay after it shows no other end, and the engine went silent. A
 * backend that has since forgotten the run replays nothing: that it accepted the stop is what was witnessed.
 */
function outcomeOfStop(run: Run, lastWord: StoredMessage | undefined): Outcome | null {
  const { stopAt, replayed, unknown } = run
  if (stopAt === null) return null
  const isSilent = replayed !== null && replayed.openedAt >= stopAt && !(lastWord && lastWord.at > replayed.at)
  if (!isSilent && !unknown) return null
  return { status: 'aborted', time: { ms: stopAt - offsetOf(run), ns: 0 }, error: ABORTED, inferred: true }
}

/**
 * Another run went on with its history entry while this one had not ended [RUN-13], and its engine has said nothing since
 * [RUN-13.4].
 */
export function outcomeByContinuation({ continued, history }: Run, lastWord?: StoredMessage): Outcome | null {
  if (!continued || (lastWord && lastWord.time.ms > continued.from)) return null
  const ended = history?.endedAt ?? null
  if (ended !== null && ended <= continued.from) return null
  const error = 'Another run resumed what this one had begun.'
  return { status: 'aborted', time: { ms: continued.from, ns: 0 }, error, inferred: true }
}

/**
 * The history knows an end that the stream has not told; `since`, ms on our clock, it has had its time to [RUN-8]. Where the run
 * is at work after that, another run with the same entry has ended [RUN-8.10].
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
 * The run's entry in the history, unless its end is that of an earlier or a later run: one that is resumed shares its entry; or
 * of one that is at work at the same time [RUN-8.11].
 */
function ownHistory({ history, continued }: Run, messages: readonly StoredMessage[]): HistoryReading | null {
  if (history?.shared) return null
  const ended = history?.endedAt ?? null
  if (ended === null) return history
  const begun = messages[0]?.time.ms ?? -Infinity
  return ended < begun || ended > (continued?.from ?? Infinity) ? null : history
}

/** Whether the run failed by its entry at about this time: what its agents print earlier may look the same. */
const isFailureOf = (history: HistoryReading | null, { ms }: Instant): boolean =>
  history?.status === 'failed' && (history.endedAt === null || Math.abs(history.endedAt - ms) <= AFTERMATH)

/** An end without words of its own takes those that follow it, else those that led to it. */
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
