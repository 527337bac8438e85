import type { Batch, LinkState } from '../../../../lib/run/model'
import { shownName } from '../../../../lib/run/text/display-text'
import { elapsed } from '../../../../lib/run/time/time'
import { containerText, hasVerdict } from '../../../evidence'
import { ageText, durationWords } from '../../../format'
import { statusWord } from '../../../labels'

/** At most this many needs are named; a reader who wants all opens the batch. */
const MOST_NAMED = 3

/** `needs A`, `needs A and B`, `needs A, B and 3 more`; empty for a batch that needs nothing. */
export function needsText(names: readonly string[]): string {
  const shown = names.slice(0, names.length > MOST_NAMED ? MOST_NAMED - 1 : MOST_NAMED).map(shownName)
  const last = names.length > shown.length ? `${names.length - shown.length} more` : shown.pop()
  if (last === undefined) return ''
  return `needs ${shown.length === 0 ? last : `${shown.join(', ')} and ${last}`}`
}

export interface Told {
  batch: Batch
  /** The run is over: pending batches will not begin. */
  over: boolean
  /** The batch may be one of those that were completed before the run [RUN-8.6]. */
  maybeCompleted: boolean
  /** As `needsText` has it. */
  needs: string
  critical: boolean
  /** Docker is watched, so there is a verdict. */
  watched: boolean
  /** What the backend said is only the last known. */
  old: boolean
  clockOffset: number
  /** What stands in place of its status. */
  word?: string | undefined
  /** What Docker showed is only last known. */
  docker?: LinkState
  /** The batches of another status are looked for. */
  isFaded?: boolean
}

/** The accessible name of a node: `Ledger, running for 3 min, needs A and B, container running, verdict agrees` [PAGE-6.7]. */
export function nodeLabel(told: Told, now: number): string {
  const { batch, needs, critical, watched, old } = told
  return [
    shownName(batch.name),
    told.word ?? (old ? `last known as ${statusText(told, now)}` : statusText(told, now)),
    needs,
    watched && evidenceText(told),
    watched && (batch.verdict !== 'unknown' || hasVerdict(batch)) && `verdict ${batch.verdict}`,
    critical && 'on the critical path',
    told.isFaded === true && 'not among those that are filtered for',
  ]
    .filter(part => part !== '' && part !== false)
    .join(', ')
}

/** What Docker shows of its last container; empty for a batch that has none, and needs none. */
function evidenceText({ batch: { container, startedAt, verdict }, docker = 'live' }: Told): string {
  if (container === null) return startedAt === null || verdict === 'local' ? '' : 'no container seen'
  return `${docker === 'live' ? 'container' : 'container last known as'} ${containerText(container)}`
}

function statusText({ batch, over, maybeCompleted, clockOffset }: Told, now: number): string {
  const { status, startedAt, endedAt, durationUncertain } = batch
  const word = statusWord(status, over)
  if (status === 'pending') return maybeCompleted ? `${word} or completed before` : word
  if (startedAt === null || (endedAt === null && status !== 'running')) return word
  const ms = elapsed({ startedAt, endedAt, clockOffset }, now)
  const long = status === 'running' ? `for ${minutesText(ms)}` : `in ${durationWords(ms / 1_000)}`
  return `${word} ${long}${durationUncertain === true ? ', uncertain' : ''}`
}

/** Changes once a minute: a name that changes each second would be read aloud again and again. */
function minutesText(ms: number): string {
  const minutes = Math.floor(ms / 60_000)
  return minutes < 1 ? 'less than 1 min' : minutes < 60 ? `${minutes} min` : ageText(ms)
}
