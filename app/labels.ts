import { shownName, shownProse } from '../lib/run/display-text'
import type { BatchStatus, Counts, Finding, RunFields, RunStatus } from '../lib/run/model'
import { isOver } from '../lib/run/model'
import { ageText } from './format'

/** Statuses in the order they are counted in, and each in the word the page uses. */
export const batchStatuses: readonly BatchStatus[] = ['completed', 'running', 'pending', 'failed', 'aborted']

/** The word for a status; what is pending in a run that is over waits for nothing any more. */
export const statusWord = (status: RunStatus | BatchStatus, over = false): string =>
  status === 'pending' ? (over ? 'not begun' : 'waiting') : status

export const plural = (count: number, noun: string): string =>
  `${count} ${noun}${count === 1 ? '' : noun.endsWith('ch') ? 'es' : 's'}`

/** A text that may be somebody else's, ended as a sentence [SAFE-4.6]. */
export function sentence(text: string): string {
  const shown = shownProse(text)
  return /[.!?…]$/.test(shown) ? shown : `${shown}.`
}

/**
 * A sentence that dates something, with how long that is by now: `no container since 2026-…Z` reads `no container for
 * 45 s`.
 * @param since the moment as the sentence has it, ISO 8601; null where it dates nothing
 * @param now the server's clock, ms
 */
export function withAge(text: string, since: string | null, now: number): string {
  return isDated(text, since)
    ? text.replaceAll(`since ${since}`, () => `for ${ageText(now - Date.parse(since))}`)
    : text
}

/** Whether `withAge` has anything to replace. */
export function isDated(text: string, since: string | null): since is string {
  return since !== null && !Number.isNaN(Date.parse(since)) && text.includes(`since ${since}`)
}

/**
 * What a finding says: for people, and what follows its first line, folded. An error line is quoted together with why
 * it changes nothing yet [RUN-4].
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

/** What a run is called where there is room for one name. */
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

/** One sentence for what a run is doing, in the present tense. */
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
