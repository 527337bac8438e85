import { certainBatchMs } from '../../../../lib/run/certain-duration'
import { countsToShow } from '../../../../lib/run/counts'
import { hasEnded, isAtWork } from '../../../../lib/run/evidence/container'
import type { Batch, Snapshot } from '../../../../lib/run/model'
import { batchStatuses, plural, statusWord } from '../../../labels'
import { exitReason } from './exit-reason'

/** How many batches the summary names as the slowest. */
const SLOWEST = 3
/** Shorter ones are shown as no time at all, ms. */
const LEAST_MS = 1_000

/** The batch that the page of a run opens at if its address names none: of a failed run the one that failed [PAGE-12.5]. */
export const openedByItself = ({ status, batches }: Pick<Snapshot, 'status' | 'batches'>): string | null =>
  status === 'failed' ? (batches.find(batch => batch.status === 'failed')?.id ?? null) : null

/** How a run ended, in one sentence without its end: `Completed, 14 of 14`; a duration may follow. */
export function endingOf(run: Snapshot): string {
  const { total, totalKnown, completed } = countsToShow(run)
  const word = { completed: 'Completed', failed: 'Failed', aborted: 'Stopped' }[ended(run.status)]
  const dry = run.dryRun ? (run.status === 'completed' ? ' as a dry run' : ', a dry run') : ''
  const count = totalKnown ? `${completed} of ${total}` : plural(completed, 'batch')
  return `${word}${dry}, ${count}${run.status === 'completed' ? '' : ' completed'}`
}

const ended = (status: Snapshot['status']) => (status === 'failed' || status === 'aborted' ? status : 'completed')

/** What else is true of a run that is over, in short sentences. */
export function notesOf(run: Snapshot): string[] {
  const { batches } = run
  const counts = countsToShow(run)
  const others = batchStatuses
    .filter(status => status !== 'completed' && counts[status] > 0)
    .map(status => `${counts[status]} ${statusWord(status, true)}`)
    .join(', ')
  const before = batches.filter(batch => batch.before).length + (run.unnamedCompleted ?? 0)
  const isWatched = run.imported === null && run.link.docker === 'live'
  const running = isWatched ? batches.flatMap(({ containers }) => containers.filter(isAtWork)).length : 0
  return [
    ...(others === '' ? [] : [`${others}.`]),
    ...(before === 0 ? [] : [`${before} of them ${before === 1 ? 'was' : 'were'} completed before it began.`]),
    ...(counts.totalKnown ? [] : ['How many there are is not known.']),
    ...(running === 0 ? [] : [`${plural(running, 'container')} still ${running === 1 ? 'runs' : 'run'}.`]),
    ...(run.inferred ? ['No word of the backend tells this end; it is inferred.'] : []),
  ]
}

/** The batch that failed a run. */
export interface Failure {
  batch: Batch
  /** Its place in the plan, from 1. */
  place: number
  total: number
  /** How many more batches failed. */
  others: number
  /** How its container ended, by Docker's word; null if that is not known, or nothing went wrong there. */
  exit: string | null
}

/** Which batch failed; null if the backend names none. */
export function failureOf({ batches }: Pick<Snapshot, 'batches'>): Failure | null {
  const place = batches.findIndex(({ status }) => status === 'failed')
  const batch = batches[place]
  if (!batch) return null
  const { container } = batch
  const isTold = container !== null && hasEnded(container) && (container.exitCode !== 0 || container.oomKilled)
  return {
    ...{ batch, place: place + 1, total: batches.length },
    others: batches.filter(({ status }) => status === 'failed').length - 1,
    exit: isTold ? exitReason(container) : null,
  }
}

/** The batches that were at work when a run failed whose backend names no failed batch: any of them may be the one [PAGE-12.3]. */
export const suspectsOf = ({ status, inferred, batches }: Snapshot): Batch[] =>
  status === 'failed' && !inferred && batches.every(batch => batch.status !== 'failed')
    ? batches.filter(batch => batch.status === 'aborted')
    : []

/** The batches that took longest, ms: those that the run itself completed, and whose duration is certain. */
export function slowestOf(run: Pick<Snapshot, 'basis' | 'inferred' | 'batches'>): { batch: Batch; ms: number }[] {
  const timed = run.batches.flatMap(batch => {
    const ms = batch.status === 'completed' ? certainBatchMs(run, batch) : null
    return ms === null || ms < LEAST_MS ? [] : [{ batch, ms }]
  })
  // Of one or two, which took longest is no news.
  if (timed.length <= 2) return []
  return timed.sort((a, b) => b.ms - a.ms).slice(0, SLOWEST)
}

/** The branches that batches of the run were told to be on. A dry run names one that is none. */
export const branchesOf = ({ dryRun, batches }: Pick<Snapshot, 'dryRun' | 'batches'>): Batch[] =>
  dryRun ? [] : batches.filter(({ branch }) => branch !== null)
