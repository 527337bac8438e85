import * as z from 'zod'
import { hasEnded, isAtWork, type ContainerFacts } from './container'
import { linkState, type BatchStatus, type LinkState, type Verdict } from './model'
import { iso } from './time'

/** What is claimed of a batch, and what Docker shows of it. Times in ms on the server's clock. */
export interface Pair {
  status: BatchStatus
  /** Since when it is said to be so; null where nobody told. */
  since: number | null
  /** In the order of their creation. */
  containers: readonly ContainerFacts[]
  /** One that works on it or on another batch, where that can't be told yet [DOCK-4]. */
  undecided: ContainerFacts | null
  /** It was completed before this run began: no container of this run is to be expected. */
  before?: boolean
}

/** What both sides' words are worth at the moment. Times in ms on the server's clock. */
export interface Around {
  /** The run is over, and since when. */
  over: boolean
  endedAt: number | null
  /** It legally runs without containers, and why. */
  local: 'dry-run' | 'fallback' | null
  backend: { link: LinkState; since: number }
  docker: DockerState
}

/** What is known of the way to Docker. */
export const dockerState = z.object({
  link: linkState,
  /** When it became live, or stopped being live, ms. */
  since: z.number(),
  /** When the last complete lists of containers were read, the newest first, ms; two are enough. */
  lists: z.array(z.number()).readonly(),
  /** The agents' image is not there (yet): a backend that waits for it starts no container. */
  imageMissing: z.boolean(),
})
export type DockerState = z.infer<typeof dockerState>

export interface Judgement {
  verdict: Verdict
  /** One plain sentence. Where it says how long something lasts, it says "since" and `since` as ISO 8601. */
  reason: string
  since: number | null
  /** The id of the container of which an alarm speaks; null where it speaks of none, or is none. */
  containerId: string | null
  /** When the passing of time alone changes this, ms, or null. */
  deadline: number | null
}

/** Grace times of DOCK-2, ms. */
const EARLY = 5_000
const NEXT_AFTER_FAILURE = 5_000
const NEXT_AFTER_SUCCESS = 30_000
const NO_CONTAINER = 15_000
const OUTLIVES_COMPLETION = 30_000
/** Docker's word of an end may come after the backend's, which was waiting for that very end. */
const OUTLIVES_END = 700

/**
 * The claim beside the evidence [DOCK-2]: the first row of that table that fits.
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
    const text = `The backend is silent since ${iso(backend.since)}: what it said is too old to judge.`
    return stands('unknown', text, backend.since)
  }
  if (containers.length === 0 && around.local !== null) {
    const why = around.local === 'dry-run' ? 'dry run' : 'the backend said that it works locally'
    return stands('local', `Runs without a container: ${why}.`)
  }
  if (status === 'completed') return ofCompleted(pair, now)
  if (!open) return ofOver(pair, around, now)
  return status === 'pending' ? ofPending(pair, around, now) : ofRunning(pair, around, now)
}

// A grace time is one for the backend's word, so it never begins before the backend can be heard (again).

function ofPending({ containers }: Pair, { backend }: Around, now: number): Judgement {
  const first = containers.find(
    container => isAtWork(container) || (hasEnded(container) && container.startedAt !== null),
  )
  if (!first) return stands('agrees', 'Backend and Docker both say not started.')
  const seen = first.seenRunningAt ?? seenEnded(first)
  const due = Math.max(seen, backend.since) + EARLY
  if (due > now) return until(due, 'agrees', 'A container has just started; the backend’s word usually follows.')
  const text = `Backend says waiting; its container is known since ${iso(seen)}. Check the backend’s log.`
  return stands('conflict', text, seen, first)
}

function ofRunning(pair: Pair, { backend, docker }: Around, now: number): Judgement {
  const { containers } = pair
  const last = containers.at(-1)
  if (!last) return ofMissing(pair, { backend, docker }, now)
  if (containers.some(isAtWork)) return stands('agrees', 'Backend and Docker both say running.')
  if (!containers.every(hasEnded)) return stands('agrees', 'Backend says running; its container is about to start.')
  const ended = Math.max(...containers.map(seenEnded))
  const failed = hasFailed(last)
  const due = Math.max(ended, backend.since) + (failed ? NEXT_AFTER_FAILURE : NEXT_AFTER_SUCCESS)
  const exit = `The container ${exitWords(last)}`
  if (due > now) return until(due, 'agrees', `${exit}; the next one or the backend’s word usually follows.`)
  const next = failed ? 'Check its log, or stop the run.' : 'Usually the merge follows.'
  return stands('late', `${exit}; the backend says nothing of that since ${iso(ended)}. ${next}`, ended, last)
}

/** Said to run, and there is no container: since when, at the earliest, and for how many lists. */
function ofMissing(
  { since: told, undecided }: Pair,
  { backend, docker }: Pick<Around, 'backend' | 'docker'>,
  now: number,
) {
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
  const failed = containers.find(hasFailed)
  if (failed) {
    const which = containers.length > 1 ? `container ${shortId(failed.id)}` : 'the container'
    const text = `Backend says completed; ${which} ${exitWords(failed)}. Check the branch before merging it.`
    return stands('conflict', text, null, failed)
  }
  const atWork = containers.find(isAtWork)
  if (atWork) {
    const begun = Math.max(since ?? -Infinity, atWork.seenRunningAt ?? atWork.createdAt)
    const due = (since ?? begun) + OUTLIVES_COMPLETION
    if (due > now) return until(due, 'agrees', 'Backend says completed; the container is about to end.')
    const text = `Backend says completed; container ${shortId(atWork.id)} still runs since ${iso(begun)}. Read its log.`
    return stands('conflict', text, begun, atWork)
  }
  if (last.exitCode === 0) return stands('agrees', 'Backend says completed; the container exited 0.')
  return stands('unknown', 'Backend says completed; nobody saw how the container ended, so no verdict.')
}

/** Failed, aborted, or not even begun in a run that is over. */
function ofOver({ since: told, containers }: Pair, { over, endedAt }: Around, now: number): Judgement {
  const atWork = containers.find(isAtWork)
  if (atWork) {
    const since = over ? endedAt : null
    const due = (since ?? told ?? -Infinity) + OUTLIVES_END
    if (due > now) return until(due, 'agrees', 'It is over; its container is about to end.')
    const whose = over ? 'its run is over' : 'its batch has ended'
    const ended = since === null ? whose : `${whose} since ${iso(since)}`
    const text = `Container ${shortId(atWork.id)} still runs; ${ended}. Read its log, then stop it.`
    return stands('orphan', text, since, atWork)
  }
  const last = containers.findLast(hasEnded)
  if (!last) return stands('agrees', 'It is over, and no container of it runs.')
  return stands('agrees', `It is over, and so is its container, which ${exitWords(last)}.`)
}

/** It ended, and not with 0. */
export const hasFailed = ({ exitCode }: Pick<ContainerFacts, 'exitCode'>): boolean =>
  exitCode !== null && exitCode !== 0

/** When it was first seen ended, ms on our clock as a rule. */
const seenEnded = ({ seenEndedAt, finishedAt, createdAt }: ContainerFacts) => seenEndedAt ?? finishedAt ?? createdAt

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

/** How a container ended, in words that follow its name. */
export function exitWords({
  exitCode,
  oomKilled,
  timedOut,
}: Pick<ContainerFacts, 'exitCode' | 'oomKilled' | 'timedOut'>): string {
  const code = exitCode === null ? 'ended, unseen how' : `exited ${exitCode}`
  if (oomKilled) return `${code}, out of memory`
  if (timedOut) return `${code}, killed after 15 minutes`
  return exitCode === 137 ? `${code}, killed` : code
}

/** As the `docker` client shows it. */
export const shortId = (id: string): string => id.slice(0, 12)
