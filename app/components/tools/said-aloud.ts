import { countsToShow } from '../../../lib/run/counts'
import { isOver } from '../../../lib/run/is-over'
import type { RunFields, Snapshot } from '../../../lib/run/model'
import { shownName } from '../../../lib/run/text/display-text'
import { verdictOf } from '../../evidence'
import { plural, runName } from '../../labels'
import { keyOfRun } from '../fleet/fleet-parts'
import type { Need } from '../fleet/needs'

/**
 * What a page says aloud, for readers who do not see it [PAGE-8]. Pure: a page keeps what was said, and asks again at each change.
 */

/** Progress is said at most this often, ms. */
export const PROGRESS_MS = 10_000
/** The same alarm is not said again within this time, ms: a link may come and go. */
export const AGAIN_MS = 60_000
/** How many alarms are said by name at once; the others are counted. */
const MOST = 3

/** Whether an alarm is good or bad news; null for one that has no tone [PAGE-8.7]. */
export type Tone = 'good' | 'bad' | null

interface Alarm {
  text: string
  tone: Tone
}

/** What a page can say of its state. */
export interface State {
  /** One sentence on how far it is; empty if there is nothing to say. */
  progress: string
  /** What needs to be heard at once, by a key that stays the same as long as it is so. */
  alarms: ReadonlyMap<string, Alarm>
}

/** What a page has said, and when, ms. */
export interface Said {
  progress: { text: string; at: number }
  /** The alarms that were there at the last look. */
  standing: ReadonlySet<string>
  /** When each alarm was said last. */
  alarmedAt: ReadonlyMap<string, number>
}

/** A page that is opened says nothing: its reader reads it [PAGE-8.2]. */
export const saidAtFirst = ({ progress, alarms }: State, now: number): Said => ({
  progress: { text: progress, at: now - PROGRESS_MS },
  standing: new Set(alarms.keys()),
  alarmedAt: new Map(),
})

/** The sentence on the progress that is due, or null. `dueAt`: when one is due if nothing else changes; null if none is. */
export function nextProgress(
  { progress }: State,
  said: Said,
  now: number,
): { text: string | null; dueAt: number | null } {
  if (progress === '' || progress === said.progress.text) return { text: null, dueAt: null }
  const dueAt = said.progress.at + PROGRESS_MS
  return now >= dueAt ? { text: progress, dueAt: null } : { text: null, dueAt }
}

/** The sentences of the alarms that are new, or null, and the worst of their tones; and which stand now. */
export function nextAlarms(
  { alarms }: State,
  said: Said,
  now: number,
): { text: string | null; tone: Tone; said: Said } {
  const fresh = [...alarms].filter(
    ([key]) => !said.standing.has(key) && now - (said.alarmedAt.get(key) ?? -Infinity) >= AGAIN_MS,
  )
  const isSame =
    fresh.length === 0 && alarms.size === said.standing.size && [...alarms.keys()].every(key => said.standing.has(key))
  if (isSame) return { text: null, tone: null, said }
  const alarmedAt = new Map([...said.alarmedAt].filter(([, at]) => now - at < AGAIN_MS))
  for (const [key] of fresh) alarmedAt.set(key, now)
  const named = fresh.slice(0, MOST).map(([, { text }]) => text)
  const tones = new Set(fresh.map(([, { tone }]) => tone))
  if (fresh.length > MOST) named.push(`And ${fresh.length - MOST} more.`)
  return {
    text: fresh.length === 0 ? null : named.join(' '),
    tone: tones.has('bad') ? 'bad' : tones.has('good') ? 'good' : null,
    said: { ...said, standing: new Set(alarms.keys()), alarmedAt },
  }
}

/** What the page of a run can say. `stale`: the page has lost its server. */
export function stateOfRun(run: Snapshot, stale: boolean): State {
  const { counts, batches, link, status } = run
  const alarms = new Map<string, Alarm>()
  const isCut = status === 'failed' || status === 'aborted'
  const end = `The run ${endWord(run)}.${isCut ? ` ${progressOfRun(run)}` : ''}`
  if (isOver(status)) alarms.set(`end ${status}`, { text: end, tone: toneOfEnd(run) })
  if (counts.failed > 0)
    for (const { id, name, status: of } of batches)
      if (of === 'failed') alarms.set(`failed ${id}`, bad(`${shownName(name)} failed.`))
  const nameOf = new Map(run.findings.length === 0 ? [] : batches.map(({ id, name }) => [id, name]))
  for (const finding of run.findings) {
    const verdict = verdictOf(finding)
    if (verdict === null || verdict === 'late') continue
    const name = nameOf.get(finding.batchId ?? '') ?? finding.batchId ?? 'A container'
    alarms.set(`${verdict} ${finding.batchId ?? finding.containerId ?? ''}`, bad(`${shownName(name)}: ${verdict}.`))
  }
  addLinks(alarms, isOver(status) ? 'live' : link.backend, stale)
  // What a run that was cut short had completed is said with its end.
  return { progress: isCut ? '' : progressOfRun(run), alarms }
}

function progressOfRun(run: Snapshot): string {
  const counts = countsToShow(run)
  const total = counts.totalKnown ? `${counts.completed} of ${counts.total} completed` : `${counts.completed} completed`
  return counts.running > 0 ? `${total}, ${counts.running} running.` : `${total}.`
}

/** What the fleet can say. */
export function stateOfFleet(
  runs: readonly RunFields[],
  needs: readonly Pick<Need, 'key' | 'kind' | 'run'>[],
  backend: RunFields['link']['backend'],
  stale: boolean,
): State {
  const alarms = new Map<string, Alarm>()
  for (const run of runs) {
    const name = runName(run)
    if (isOver(run.status))
      alarms.set(`end ${keyOfRun(run)}`, { text: `${name} ${endWord(run)}.`, tone: toneOfEnd(run) })
    for (const finding of run.findings) {
      const verdict = verdictOf(finding)
      if (verdict === null || verdict === 'late') continue
      alarms.set(`${verdict} ${keyOfRun(run)} ${finding.batchId ?? ''}`, bad(`${name}: ${verdict}.`))
    }
  }
  for (const { key, kind, run } of needs) {
    const says = STUCK.get(kind)
    if (run !== null && says !== undefined) alarms.set(key, bad(`${runName(run)} ${says}.`))
  }
  addLinks(alarms, backend, stale)
  const live = runs.filter(({ status }) => !isOver(status)).length
  return {
    progress: `${plural(live, 'live run')}, ${needs.length} ${needs.length === 1 ? 'needs' : 'need'} you.`,
    alarms,
  }
}

const bad = (text: string): Alarm => ({ text, tone: 'bad' })

/** What the needs of a run that does not move on say. */
const STUCK: ReadonlyMap<string, string> = new Map([
  ['silent', 'has been silent for long'],
  ['long', 'takes longer than usual'],
])

/** An end by a person is no news. */
const toneOfEnd = ({ status }: Pick<RunFields, 'status'>): Tone =>
  status === 'completed' ? 'good' : status === 'failed' ? 'bad' : null

function endWord({ status, inferred }: Pick<RunFields, 'status' | 'inferred'>): string {
  const word = status === 'failed' ? 'failed' : status === 'aborted' ? 'was stopped' : 'is completed'
  return inferred ? `${word}; this end is inferred` : word
}

function addLinks(alarms: Map<string, Alarm>, backend: RunFields['link']['backend'], stale: boolean): void {
  if (stale) alarms.set('page', { text: 'This page has lost its server. Its numbers are last known.', tone: null })
  else if (backend === 'down' || backend === 'stale')
    alarms.set('backend', { text: 'The backend is not heard any more. Its numbers are last known.', tone: null })
}
