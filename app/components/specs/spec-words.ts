import type { SpecCell, SpecColumn, SpecRun } from '../../../lib/run/spec-runs'
import type { SpecRuns } from '../../../lib/run/spec-pages'
import { isCounted, isMeasure, type BatchStats, type Spread } from '../../../lib/run/spec-stats'
import { isOver } from '../../../lib/run/is-over'
import { shownName } from '../../../lib/run/text/display-text'
import { clockText, dayText, tookText } from '../../format'
import { plural, sentence, statusWord } from '../../labels'
import type { Zone } from '../../zone'

/** The words of the pages of specs [SPEC-4]. */

/** A duration without a leading zero: `4:12`, `1:04:21`, and below ten seconds `7.3 s`. */
export const shortTook = (ms: number): string =>
  ms < 9_950 ? `${(ms / 1_000).toFixed(1)} s` : tookText(Math.round(ms / 1_000)).replace(/^0(?=\d:)/, '')

/** When a run began, on one line: `29 Nov 07:34:10`; of a run that has not begun its end, or nothing. */
export function whenText(run: Pick<SpecRun, 'startedAt' | 'endedAt'>, now: string, zone: Zone): string {
  const at = run.startedAt ?? run.endedAt
  if (at === null) return 'not started'
  const ms = Date.parse(at)
  return `${dayText(ms, Date.parse(now), zone)} ${clockText(ms, zone)}`
}

/** The word for a batch in a run. */
export const cellWord = ({ status, before }: SpecCell, run: Pick<SpecRun, 'status'>): string =>
  before ? 'completed before this run' : statusWord(status, isOver(run.status))

/**
 * The accessible name of a cell: `Ledger Import, failed, 4:12, run of 29 Nov 07:34:10`.
 * @param old the run is live, and what is known of it is only last known
 */
export function cellName(column: SpecColumn, cell: SpecCell, run: SpecRun, when: string, old: boolean): string {
  const word = cellWord(cell, run)
  const took = cell.ms === null ? [] : [shortTook(cell.ms)]
  return [shownName(column.name), old ? `last known as ${word}` : word, ...took, `run of ${when}`].join(', ')
}

/** The tags beside a run: how it ran, and where it is known from. */
export function runTags({ dryRun, importId, basis, inferred, whole, status }: SpecRun): string[] {
  return [
    ...(dryRun ? ['dry run'] : []),
    ...(importId === null ? [] : ['imported']),
    ...(basis === 'history' ? ['from history'] : []),
    ...(inferred ? ['end inferred'] : []),
    ...(status === 'completed' && !whole ? ['in part'] : []),
  ]
}

/** Why a run's duration does not count for what the spec usually takes; null if it does. */
export function notCounted(run: SpecRun): string | null {
  if (isMeasure(run)) return null
  if (!isOver(run.status)) return 'not over'
  if (!isCounted(run)) return run.dryRun ? 'a dry run' : 'imported'
  if (run.status !== 'completed') return run.status
  return run.ms === null ? 'its duration is not certain' : 'some batches were completed before it'
}

/** What is known of the plan; null if it was just read. */
export function planSentence({ plan, onBackend }: Pick<SpecRuns, 'plan' | 'onBackend'>): string | null {
  const { state, readAt, failure } = plan
  const why = failure === null || failure === '' ? '' : ` ${sentence(failure)}`
  if (onBackend === false) return 'The backend has no such spec now. Only its runs are known here.'
  if (state === 'missing') return 'The spec has no plan on the backend. Plan it there first.'
  if (state === 'unreadable')
    return 'The backend can’t read the plan of this spec. Repair plan.yaml there, or plan the spec again.'
  if (state === 'unknown') return `The plan can’t be read now, so the batches below are those of the runs.${why}`
  return readAt === null ? `The plan can’t be read now. This is the plan as it was last read.${why}` : null
}

/** `failed in 3 of 12 runs`. */
export const failedText = ({ failed, ended }: BatchStats): string => `failed in ${failed} of ${plural(ended, 'run')}`

/** `usually 4:10, at most 9:31, of 7 runs`; from ten on the highest tenth is left out. */
export const spreadText = ({ median, high, isHighest, of }: Spread): string =>
  `usually ${shortTook(median)}, ${isHighest ? 'at most' : 'nine of ten within'} ${shortTook(high)}, of ${plural(of, 'run')}`

/** What a node of the plan says in place of a status. */
export function nodeWord({ ended, failed, spread }: BatchStats): string {
  if (ended === 0) return 'not run yet'
  const usually = spread === null ? plural(ended, 'run') : `usually ${shortTook(spread.median)}`
  return failed === 0 ? usually : `${usually}, ${failed} failed`
}
