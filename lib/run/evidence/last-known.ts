import { boundedFindings } from '../findings'
import type { Links } from '../links'
import type { Batch, Finding } from '../model'
import { iso } from '../time/time'
import { hasEnded } from './container'
import {
  EARLY,
  NEXT_AFTER_FAILURE,
  NO_CONTAINER,
  OUTLIVES_COMPLETION,
  OUTLIVES_END,
  PAUSED,
  START_OVERDUE,
} from './grace-times'
import { isAlarm, type Alarm } from './verdict'

/** How long a verdict may wait until it is the same alarm again, once both sources are live, ms: its grace time, and two lists. */
const LISTED = 20_000
const FOUND_WITHIN: Record<Alarm, number> = {
  ghost: LISTED + NO_CONTAINER,
  late: LISTED + START_OVERDUE,
  conflict: LISTED + Math.max(EARLY, NEXT_AFTER_FAILURE, OUTLIVES_COMPLETION, PAUSED),
  orphan: LISTED + OUTLIVES_END,
}

/** An alarm that stood, and what it was about. */
interface Stood {
  readonly finding: Finding
  readonly kind: Alarm
  readonly of: string
  /** When it was last known, ms; null while it is found. */
  knownAt: number | null
}

/**
 * The alarms of a run that a silent source can't show any more [DOCK-2.30]. An alarm that was shown stays, as of the moment when its
 * source fell silent, until the backend says something else of the batch, or Docker shows something else of its containers; and once
 * both are live again, for as long as it may take to be found again.
 */
export class LastKnownAlarms {
  /** By batch: it has one verdict. */
  readonly #stood = new Map<string, Stood>()

  /**
   * @returns the findings with those that are last known, and when the passing of time alone changes them, ms, or null
   * @param now the server's clock, ms
   */
  update(
    { findings, batches }: { readonly findings: Finding[]; readonly batches: readonly Batch[] },
    links: Links,
    now: number,
  ): { findings: Finding[]; deadline: number | null } {
    const { backend, docker } = links
    const found = findings.filter(({ kind, batchId }) => batchId !== null && isAlarm(kind))
    if (docker.link === 'off') this.#stood.clear()
    if (docker.link === 'off' || (found.length === 0 && this.#stood.size === 0)) return { findings, deadline: null }
    const concerned = new Set([...this.#stood.keys(), ...found.map(({ batchId }) => batchId)])
    const content = new Map(batches.flatMap(batch => (concerned.has(batch.id) ? [[batch.id, contentOf(batch)]] : [])))
    const silent = [backend, docker].filter(({ link }) => link !== 'live').map(({ since }) => since)
    const liveSince = Math.max(backend.since, docker.since)
    const known: Finding[] = []
    let deadline: number | null = null
    for (const [id, stood] of this.#stood) {
      if (found.some(({ batchId }) => batchId === id)) continue
      const until = liveSince + FOUND_WITHIN[stood.kind]
      const isWaiting = silent.length > 0 || (stood.knownAt !== null && now < until)
      if (!isWaiting || content.get(id) !== stood.of) {
        this.#stood.delete(id)
        continue
      }
      stood.knownAt ??= Math.min(...silent)
      if (silent.length === 0) deadline = Math.min(deadline ?? until, until)
      known.push({ ...stood.finding, knownAt: iso(stood.knownAt) })
    }
    for (const finding of found) {
      const { kind, batchId } = finding
      const of = batchId === null ? undefined : content.get(batchId)
      if (batchId !== null && of !== undefined && isAlarm(kind))
        this.#stood.set(batchId, { finding, kind, of, knownAt: null })
    }
    return { findings: known.length === 0 ? findings : boundedFindings([...findings, ...known]), deadline }
  }
}

/** What both sources say of a batch, as far as an alarm rests on it. That an ended container was removed contradicts nothing. */
function contentOf({ status, startedAt, endedAt, containers }: Batch): string {
  const seen = containers.map(container => [
    container.id,
    hasEnded(container) ? 'ended' : container.state,
    container.exitCode,
  ])
  return JSON.stringify([status, startedAt, endedAt, seen])
}
