import { shownName, shownProse } from '../lib/run/text/display-text'
import type { BatchStatus, Counts, Finding, RunFields, RunStatus } from '../lib/run/model'
import { isOver } from '../lib/run/is-over'
import { ageText } from './format'

/** The statuses in the order of counting, each with the label that the page uses. */
export const batchStatuses: readonly BatchStatus[] = ['completed', 'running', 'pending', 'failed', 'aborted']

/** The label of a status; a pending batch of an ended run no longer waits. */
export const statusWord = (status: RunStatus | BatchStatus, over = false): string =>
  status === 'pending' ? (over ? 'never started' : 'waiting') : status

export const plural = (count: number, noun: string): string =>
  `${count} ${noun}${count === 1 ? '' : noun.endsWith('ch') ? 'es' : 's'}`

/** A text that may come from outside, with the end of a sentence [SAFE-4.6]. */
export function sentence(text: string): string {
  const shown = shownProse(text)
  return /[.!?…]$/.test(shown) ? shown : `${shown}.`
}

/**
 * A sentence with its date replaced by its age: `no container since 2026-…Z` becomes `no container for 45 s`, and `ended at 2026-…Z`
 * becomes `ended 45 s ago`; less than a second becomes `just now`.
 * @param since the moment as the sentence contains it, ISO 8601; null if it contains none
 * @param now the server's clock, ms
 */
export function withAge(text: string, since: string | null, now: number): string {
  if (!isDated(text, since)) return text
  const age = now - Date.parse(since)
  const isNow = age < 1_000
  return text
    .replaceAll(`since ${since}`, () => (isNow ? 'just now' : `for ${ageText(age)}`))
    .replaceAll(`at ${since}`, () => (isNow ? 'just now' : `${ageText(age)} ago`))
}

/** Whether `withAge` has anything to replace. */
export function isDated(text: string, since: string | null): since is string {
  if (since === null || Number.isNaN(Date.parse(since))) return false
  return text.includes(`since ${since}`) || text.includes(`at ${since}`)
}

/**
 * The sentence of a finding, and the lines after its first, which are folded. An error line is quoted with the reason why it
 * changes nothing yet [RUN-4].
 */
export function findingText({ kind, text: told }: Finding): { says: string; detail: string | null } {
  const text = shownProse(told)
  const end = text.indexOf('\n')
  const first = end < 0 ? text : text.slice(0, end)
  const detail = end < 0 ? null : text.slice(end + 1)
  if (kind !== 'unproven-failure') return { says: sentence(first), detail }
  return {
    says: `An error line reads like the run’s end: “${first}”. It may be an agent’s own, and counts once the backend confirms it.`,
    detail,
  }
}

/** The name of a run in a place that has room for one name. */
export const runName = (run: Pick<RunFields, 'spec' | 'runId'>): string => shownName(run.spec ?? run.runId)

/** `8/14`, or `8/?` while no plan is known [RUN-3]. */
export const completedText = (counts: Counts): string =>
  `${counts.completed}/${counts.totalKnown ? String(counts.total) : '?'}`

/** For example `8 completed, 3 running, 3 waiting`; statuses without a batch are left out. */
export function countsText(counts: Counts, over = false): string {
  const parts = batchStatuses
    .filter(status => counts[status] > 0)
    .map(status => `${counts[status]} ${statusWord(status, over)}`)
  return parts.length === 0 ? 'no batch yet' : parts.join(', ')
}

/** One sentence in the present tense that says what a run does. */
export function runSentence(run: Pick<RunFields, 'status' | 'stopping' | 'counts' | 'inferred' | 'dryRun'>): string {
  const { status, counts } = run
  if (run.stopping && !isOver(status)) return 'Stop asked for, not confirmed yet.'
  switch (status) {
    case 'idle':
      return counts.total > 0 ? `Not started. ${plural(counts.total, 'batch')} planned.` : 'Nothing heard yet.'
    case 'starting':
      return 'Starting. No batch has begun yet.'
    case 'running':
      return counts.running === 0 ? 'No batch at work.' : `${plural(counts.running, 'batch')} at work.`
    case 'completed':
      return run.dryRun ? 'Completed as a dry run.' : 'Completed.'
    case 'failed':
    case 'aborted':
      return run.inferred ? 'The end is inferred, not told.' : status === 'failed' ? 'Failed.' : 'Stopped.'
  }
}
