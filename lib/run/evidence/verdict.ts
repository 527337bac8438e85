import { hasEnded, isAtWork } from './container'
import type { ContainerFacts } from './container-facts'
import { STEADY_AFTER } from './container-state'
import { exitWords, hasFailed, runningNote, shortId } from './container-words'
import {
  EARLY,
  NEXT_AFTER_FAILURE,
  NEXT_AFTER_SUCCESS,
  NO_CONTAINER,
  OUTLIVES_COMPLETION,
  OUTLIVES_END,
  PAUSED,
  START_OVERDUE,
} from './grace-times'
import type { BackendState, DockerState } from '../links'
import type { BatchStatus, Verdict } from '../model'
import { iso } from '../time/time'

/** The claim of a batch, and its evidence. Times in ms on the server's clock. */
export interface Pair {
  status: BatchStatus
  /** Since when the batch has that status by the claim; null if that is not known. */
  since: number | null
  /** In the order of their creation. */
  containers: readonly ContainerFacts[]
  /** A container that works on this batch or on another; which one is not known yet [DOCK-4]. */
  undecided: ContainerFacts | null
  /** True if the batch was completed before this run began: it has no container in this run. */
  before?: boolean
}

/** How far claim and evidence can be trusted at the moment. Times in ms on the server's clock. */
export interface Around {
  /** Whether the run is over, and since when. */
  over: boolean
  endedAt: number | null
  /** Why the run legally works without containers; null if it needs them. */
  local: 'dry-run' | 'fallback' | null
  backend: BackendState
  docker: DockerState
}

type Sources = Pick<Around, 'backend' | 'docker'>

export interface Judgement {
  verdict: Verdict
  /** One plain sentence. If it says how long something lasts or how long ago it was, it says "since" or "at", and `since` as ISO 8601. */
  reason: string
  since: number | null
  /** The id of the container that an alarm is about; null if it is about none, or the verdict is no alarm. */
  containerId: string | null
  /** When the passing of time alone changes the verdict, ms, or null. */
  deadline: number | null
}

export type Alarm = Extract<Verdict, 'ghost' | 'orphan' | 'late' | 'conflict'>

/** Whether the verdict needs a look: it is also a finding. */
export const isAlarm = (kind: string): kind is Alarm =>
  kind === 'ghost' || kind === 'orphan' || kind === 'late' || kind === 'conflict'

/**
 * Compares the claim with the evidence [DOCK-2]: the first row of that table that fits gives the verdict.
 * @param now the server's clock, ms
 */
export function verdict(pair: Pair, around: Around, now: number): Judgement {
  const { status, containers } = pair
  const { backend, docker } = around
  if (docker.link === 'off') return stands('unknown', 'Docker is not watched; no verdict.')
  if (docker.link !== 'live') {
    const seen = containers.length > 0 ? ' What it showed is as old as that.' : ''
    return stands('unknown', `Docker can’t be reached since ${iso(docker.since)}; no verdict.${seen}`, docker.since)
  }
  const open = (status === 'pending' || status === 'running') && !around.over
  if (open && backend.link !== 'live') {
    const text = `Backend lost since ${iso(backend.since)}; no verdict until it answers.`
    return stands('unknown', text, backend.since)
  }
  if (containers.length === 0 && around.local !== null) {
    const why = around.local === 'dry-run' ? 'dry run' : 'the backend said that it works locally'
    return stands('local', `Runs without a container: ${why}.`)
  }
  const unclear = containers.find(({ stateWord, removed }) => Boolean(stateWord) && !removed)
  if (unclear) return stands('unknown', `Docker says “${unclear.stateWord ?? ''}” of ${naming(unclear)}; no verdict.`)
  if (status === 'completed') return ofCompleted(pair, now)
  if (!open) return ofOver(pair, around, now)
  return status === 'pending' ? ofPending(pair, around, now) : ofRunning(pair, around, now)
}

// A grace time waits for the backend's claim, so it never begins before the link to the backend is live (again).

function ofPending({ containers }: Pair, { backend }: Around, now: number): Judgement {
  const first = containers.find(
    container => isAtWork(container) || (hasEnded(container) && container.startedAt !== null),
  )
  const failed = containers.findLast(({ startFailed }) => startFailed)
  if (!first && failed) return stands('agrees', `Backend says waiting; its container ${exitWords(failed)}.`)
  if (!first) return stands('agrees', 'Backend and Docker both say not started.')
  const seen = seenBegun(first) ?? seenEnded(first)
  const due = Math.max(seen, backend.since) + EARLY
  if (due > now) return until(due, 'agrees', 'A container has just started; the backend’s word usually follows.')
  const text = `Backend says waiting; its container is known since ${iso(seen)}. Check the backend’s log.`
  return stands('conflict', text, seen, first)
}

function ofRunning(pair: Pair, { backend, docker }: Around, now: number): Judgement {
  const { containers } = pair
  const last = containers.at(-1)
  if (!last) return ofMissing(pair, { backend, docker }, now)
  const atWork = containers.filter(isAtWork)
  const works = atWork.findLast(({ state, restarted }) => state === 'running' && !restarted)
  if (works) {
    const note = runningNote(works)
    return stands('agrees', `Backend and Docker both say running${note === '' ? '' : `; ${note}`}.`)
  }
  const halted = atWork.at(-1)
  if (halted) return ofHalted(halted, { backend, docker }, now)
  const waiting = containers.findLast(container => !hasEnded(container))
  if (waiting) return ofCreated(waiting, { backend, docker }, now)
  const ended = Math.max(...containers.map(seenEnded))
  const failed = hasFailed(last)
  const due = Math.max(ended, backend.since) + (failed ? NEXT_AFTER_FAILURE : NEXT_AFTER_SUCCESS)
  const exit = `The container ${exitWords(last)}`
  if (due > now) return until(due, 'agrees', `${exit}; the next one or the backend’s word usually follows.`)
  const where = last.startFailed ? 'Read Docker’s error in the batch’s panel' : 'Check its log'
  const next = failed ? `${where}, or stop the run.` : 'Usually the merge follows.'
  return stands('late', `${exit}; the backend has not reported it since ${iso(ended)}. ${next}`, ended, last)
}

/** The claim says running; the container has begun, but it is paused, or the Engine restarts it. */
function ofHalted(container: ContainerFacts, { backend, docker }: Sources, now: number): Judgement {
  const { state, restarted } = container
  const since = (state !== 'paused' && restarted?.since) || seenState(container)
  const heard = Math.max(since, backend.since, docker.since)
  if (state === 'paused') {
    const due = heard + PAUSED
    if (due > now) return until(due, 'agrees', 'Backend says running; its container is paused.')
    const text = `Backend says running; its container is paused since ${iso(since)}. Unpause it, or stop the run.`
    return stands('conflict', text, since, container)
  }
  // Reason and verdict are the same during the grace time and once the container keeps running.
  const due = heard + NEXT_AFTER_FAILURE
  const steady = state === 'running' ? (container.seenRunningAt ?? since) + STEADY_AFTER : null
  const { count = 0, exitCode = null } = restarted ?? {}
  const exit = exitWords({ exitCode, oomKilled: false, timedOut: false })
  const calm =
    count > 0
      ? `Backend says running; Docker has restarted its container ${times(count)}, last after it ${exit}.`
      : `Backend says running; Docker is about to restart its container, which ${exit}.`
  if (steady !== null && (steady <= now || steady <= due)) return stands('agrees', calm)
  if (due > now) return until(due, 'agrees', calm)
  const far = count > 0 ? `: ${times(count)} so far, last after it ${exit}` : ''
  const text = `Backend says running; Docker restarts its container again and again since ${iso(since)}${far}.`
  return { ...stands('conflict', `${text} Read its log, or stop the run.`, since, container), deadline: steady }
}

const times = (count: number): string => (count === 1 ? 'once' : `${count} times`)

/** The claim says running; the container exists, but has not begun. */
function ofCreated(container: ContainerFacts, { backend, docker }: Sources, now: number): Judgement {
  const since = seenState(container)
  const due = Math.max(since, backend.since, docker.since) + START_OVERDUE
  if (due > now) return until(due, 'agrees', 'Backend says running; its container is about to start.')
  const text = `Backend says running; its container was created and has not started since ${iso(since)}.`
  return stands('late', `${text} Check the backend’s log, or stop the run.`, since, container)
}

/** The claim says running, and there is no container: the time without one and the number of lists decide. */
function ofMissing({ since: told, undecided }: Pair, { backend, docker }: Sources, now: number) {
  if (undecided) {
    const text = `Backend says running; container ${shortId(undecided.id)} may be its or another’s, so no verdict.`
    return stands('unknown', `${text} A branch that names the work tree will tell.`)
  }
  const since = Math.max(told ?? docker.since, docker.since)
  if (docker.imageMissing) {
    const text = `No container since ${iso(since)}: the agents’ image is not there. The backend may be fetching it.`
    return stands('unknown', text, since)
  }
  const due = Math.max(since, backend.since) + NO_CONTAINER
  const listed = docker.lists.filter(at => at >= since).length >= 2
  const yet = 'Backend says running; no container yet.'
  if (!listed) return stands('agrees', yet)
  if (due > now) return until(due, 'agrees', yet)
  const next = 'The backend may have lost its agent: check its log or stop the run.'
  return stands('ghost', `Backend says running; no container since ${iso(since)}. ${next}`, since)
}

function ofCompleted({ since, containers, before = false }: Pair, now: number): Judgement {
  const last = containers.at(-1)
  if (!last && before)
    return stands('unknown', 'Completed before this run, so no container was started for it; no verdict.')
  if (!last) return stands('unknown', 'Backend says completed; Docker was not seen running it, so no verdict.')
  // A container that could not start does no harm if another container did the work.
  const began = containers.filter(({ startFailed }) => !startFailed)
  const failed = (began.length > 0 ? began : containers).find(hasFailed)
  if (failed) {
    const which = containers.length > 1 ? naming(failed) : 'the container'
    const text = `Backend says completed; ${which} ${exitWords(failed)}. Check the branch before merging it.`
    return stands('conflict', text, null, failed)
  }
  const atWork = containers.find(isAtWork)
  if (atWork) {
    const begun = Math.max(since ?? -Infinity, seenBegun(atWork) ?? atWork.createdAt)
    const due = (since ?? begun) + OUTLIVES_COMPLETION
    if (due > now) return until(due, 'agrees', `Backend says completed; the container ${ending(atWork)}.`)
    const text = `Backend says completed; ${naming(atWork)} ${stillWords(atWork)} since ${iso(begun)}. Read its log.`
    return stands('conflict', text, begun, atWork)
  }
  if (last.exitCode === 0) {
    return stands('agrees', `Backend says completed; the container ${exitWords(last)}.`)
  }
  if (!hasEnded(last)) return stands('unknown', 'Backend says completed; its container never started, so no verdict.')
  return stands('unknown', 'Backend says completed; nobody saw how the container ended, so no verdict.')
}

const OVER: Partial<Record<BatchStatus, string>> = { failed: 'Failed', aborted: 'Aborted', pending: 'Never started' }

/** The batch failed or was aborted, or it never began and its run is over. */
function ofOver({ status, since: told, containers }: Pair, { over, endedAt }: Around, now: number): Judgement {
  const atWork = containers.find(isAtWork)
  if (atWork) {
    const since = over ? endedAt : null
    const due = (since ?? told ?? -Infinity) + OUTLIVES_END
    if (due > now) return until(due, 'agrees', `It is over; its container ${ending(atWork)}.`)
    const undated = over ? 'its run is over' : 'its batch has ended'
    const ended = since === null ? undated : `its run ended at ${iso(since)}`
    const text = `Container ${shortId(atWork.id)} ${stillWords(atWork)}; ${ended}. Read its log, then stop it.`
    return stands('orphan', text, since, atWork)
  }
  const last = containers.findLast(hasEnded)
  if (!last) return stands('agrees', 'It is over, and no container of it runs.')
  return stands('agrees', `${OVER[status] ?? 'Over'}; its container ${exitWords(last)}.`)
}

/** When the container was first seen ended, ms, usually on our clock. */
const seenEnded = ({ seenEndedAt, finishedAt, createdAt }: ContainerFacts) => seenEndedAt ?? finishedAt ?? createdAt

/** When the container was first seen at work, ms on our clock. For a series of restarts, when the series began. */
const seenBegun = ({ restarted, seenRunningAt }: ContainerFacts) => restarted?.since ?? seenRunningAt

/** When the container was first seen in its state, ms, usually on our clock. */
const seenState = ({ seenStateAt, seenRunningAt, createdAt }: ContainerFacts) =>
  seenStateAt ?? seenRunningAt ?? createdAt

const naming = ({ id }: ContainerFacts) => `container ${shortId(id)}`

/** The text after the name of a container that should end soon. */
const ending = ({ state }: ContainerFacts) => (state === 'running' ? 'is about to end' : `is ${state}`)

/** The text after the name of a container that should have ended. */
const stillWords = ({ state, restarted }: ContainerFacts) => {
  if (state === 'paused') return 'is still paused'
  return restarted || state === 'restarting' ? 'still runs, and Docker restarts it' : 'still runs'
}

const stands = (
  verdict: Verdict,
  reason: string,
  since: number | null = null,
  container: ContainerFacts | null = null,
): Judgement => ({
  verdict,
  reason,
  since,
  containerId: container?.id ?? null,
  deadline: null,
})

const until = (deadline: number, verdict: Verdict, reason: string): Judgement => ({
  ...stands(verdict, reason),
  deadline,
})
