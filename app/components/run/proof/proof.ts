import { countsToShow } from '../../../../lib/run/counts'
import { isOver } from '../../../../lib/run/is-over'
import type { Basis, Batch, Snapshot } from '../../../../lib/run/model'
import { shownName } from '../../../../lib/run/text/display-text'
import { batchStatuses, plural, statusWord } from '../../../labels'

/** What a batch counts as in the proof, and which source said so [PAGE-7]. */

/** The source of a batch's status; `before`: it was completed before the run began. */
export type ProofSource = Basis | 'before'

export const sourceOf = ({ basis, before }: Pick<Batch, 'basis' | 'before'>): ProofSource => (before ? 'before' : basis)

const sourceNames: Record<ProofSource, string> = {
  stream: 'stream',
  plan: 'plan',
  history: 'history',
  inferred: 'inferred',
  before: 'before the run',
}
export const sourceName = (source: ProofSource): string => sourceNames[source]

type ProvenRun = Pick<Snapshot, 'status' | 'basis' | 'endedAt' | 'batches'>

/** Why a batch counts as what it counts as, in one sentence: the words of the page, where no message can be quoted. */
export function whyText(batch: Batch, run: ProvenRun): string {
  const source = sourceOf(batch)
  switch (source) {
    case 'before':
      return `Completed before this run began: ${fileOf(batch.basis)} lists it as completed, and the backend skips it.`
    case 'plan':
    case 'history':
      return `${capital(fileOf(batch.basis))} says so; ${run.basis === 'history' ? 'no stream is followed' : 'the stream does not'}.`
    case 'inferred':
      return inferredText(batch, run)
    case 'stream':
      return streamText(batch, run)
  }
}

const fileOf = (basis: Basis) => (basis === 'history' ? 'the backend’s history' : 'the plan')
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

function inferredText({ id }: Batch, { status, batches }: ProvenRun): string {
  const begun = batches.find(other => other.status !== 'pending' && other.dependsOn.includes(id))
  if (begun) return `No source says so: ${shownName(begun.name)} depends on it, and has begun.`
  if (status === 'completed') return 'No source names it: the backend says that the whole run is completed.'
  return 'No source says so itself; other claims prove it.'
}

function streamText({ status, endedAt }: Batch, run: ProvenRun): string {
  if (status === 'pending')
    return isOver(run.status) ? 'No message says that it began.' : 'No message says that it began yet.'
  if (status === 'aborted' && endedAt !== null && endedAt === run.endedAt) return 'It was at work when the run ended.'
  return 'The backend’s stream says so.'
}

/** The moment at which a batch became what it is, on the backend's clock; null if no source tells. */
export const sinceOf = ({ status, startedAt, endedAt }: Batch): string | null =>
  status === 'running' ? startedAt : status === 'pending' ? null : endedAt

type Counted = Pick<Snapshot, 'counts' | 'unnamedCompleted' | 'status'>

/** For example `9 completed + 2 running + 3 waiting = 14`; statuses without a batch are left out. */
export function sumText(run: Counted): string {
  const counts = countsToShow(run)
  const over = isOver(run.status)
  const shown = batchStatuses.filter(status => counts[status] > 0 || status === 'completed')
  const parts = shown.map(status => `${counts[status]} ${statusWord(status, over)}`)
  return `${parts.join(' + ')} = ${counts.total}`
}

/** What makes the count doubtful, a sentence each; none if it is certain. */
export function doubtsOf({ counts, unnamedCompleted = 0 }: Omit<Counted, 'status'>): string[] {
  const doubts: string[] = []
  if (unnamedCompleted > 0)
    doubts.push(
      `${plural(unnamedCompleted, 'batch')} of the completed ${unnamedCompleted === 1 ? 'is' : 'are'} not named: the backend` +
        ' says how many were completed before this run, and no source says which. Their rows say that they wait, or they have none.',
    )
  if (!counts.totalKnown)
    doubts.push(
      `How many batches there are in all is not known: ${counts.total} are known so far, so the count says “?”.`,
    )
  return doubts
}
