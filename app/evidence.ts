import { shownName } from '../lib/run/text/display-text'
import { hasEnded } from '../lib/run/evidence/container'
import type { Role } from '../lib/run/evidence/container-state'
import type { Batch, Container, Finding, Verdict } from '../lib/run/model'
import { exitWords, shortId } from '../lib/run/evidence/container-words'

/** How prominent a verdict is: filled if it needs action, outlined if it needs watching, otherwise quiet. */
export type Weight = 'act' | 'watch' | 'quiet'

const weights: Record<Verdict, Weight> = {
  ghost: 'act',
  orphan: 'act',
  conflict: 'act',
  late: 'watch',
  unknown: 'watch',
  agrees: 'quiet',
  local: 'quiet',
}
export const weightOf = (verdict: Verdict): Weight => weights[verdict]

/** The verdict that a finding is about; null if it is about something else. */
export const verdictOf = ({ kind }: Pick<Finding, 'kind'>): Verdict | null =>
  kind === 'ghost' || kind === 'orphan' || kind === 'conflict' || kind === 'late' ? kind : null

/** Sorts by prominence; equals by time, newest first. */
export function loudestFirst(findings: readonly Finding[]): Finding[] {
  const rank = (finding: Finding) => {
    const verdict = verdictOf(finding)
    return verdict !== null && weightOf(verdict) === 'act' ? 0 : 1
  }
  return findings.toReversed().sort((a, b) => rank(a) - rank(b))
}

type Seen = Pick<Container, 'state' | 'exitCode' | 'oomKilled'> &
  Partial<Pick<Container, 'removed' | 'timedOut' | 'stateWord' | 'startFailed' | 'health' | 'restarted'>>

/** Docker's state of a container as text: `running`, `exited 137, out of memory`, `restarting (3)` [DOCK-9]. */
export function containerText(seen: Seen): string {
  const { state, exitCode, oomKilled, removed = false, timedOut = false, startFailed = false, restarted } = seen
  if (seen.stateWord && !removed) return `in a state named “${shownName(seen.stateWord)}”`
  if (hasEnded({ state, removed, startFailed })) {
    if (exitCode === null && !startFailed) return removed ? 'removed, unseen how it ended' : 'ended, unseen how'
    return exitWords({ exitCode, oomKilled, timedOut, startFailed })
  }
  if (state === 'created') return 'created, not started'
  if (state === 'restarting') return restartingText(restarted?.exitCode ?? null)
  const unhealthy = seen.health === 'unhealthy' ? ['unhealthy'] : []
  return [state, ...notesOf(seen), ...unhealthy].join(', ')
}

/** The notes on a container that has not ended, beside its state and its health. */
const notesOf = ({ restarted, oomKilled }: Seen): string[] => [
  ...(restarted ? [`restarted ${restarted.count === 1 ? 'once' : `${restarted.count} times`}`] : []),
  ...(oomKilled ? ['a process in it ran out of memory'] : []),
]

const restartingText = (exitCode: number | null) => (exitCode === null ? 'restarting' : `restarting (${exitCode})`)

/** The state as `docker ps` writes it, without its duration: `Up (Paused)`, `Exited (137)` [DOCK-9.11]. */
export function dockerStatus({ state, exitCode, stateWord, health, restarted }: Seen): string {
  if (stateWord) return shownName(stateWord)
  switch (state) {
    case 'created':
      return 'Created'
    case 'running':
      return health ? `Up (${health === 'starting' ? 'health: starting' : health})` : 'Up'
    case 'paused':
      return 'Up (Paused)'
    case 'restarting':
      return restartingText(restarted?.exitCode ?? null).replace('r', 'R')
    case 'removing':
      return 'Removal In Progress'
    case 'exited':
      return exitCode === null ? 'Exited' : `Exited (${exitCode})`
    case 'dead':
      return 'Dead'
  }
}

/** A note on a container that its `docker ps` status does not contain; null if there is none. */
export function statusNote(seen: Seen): string | null {
  const { state, exitCode, startFailed = false } = seen
  if (seen.stateWord) return null
  if (!hasEnded({ state, startFailed, removed: false })) return notesOf(seen).join(', ') || null
  const text = containerText(seen)
  const told = `exited ${exitCode ?? ''}`
  if (state !== 'exited' || !text.startsWith(told)) return text
  return text.slice(told.length).replace(/^, /, '') || null
}

/** The command that shows more of a container; null if there is nothing left to ask. */
export function dockerCommand(seen: Seen & { id: string }): string | null {
  const { id, state, removed = false, startFailed = false } = seen
  if (removed) return null
  return hasEnded({ state, removed, startFailed }) ? `docker inspect ${shortId(id)}` : `docker logs -f ${shortId(id)}`
}

type Judged = Pick<Batch, 'status' | 'verdict' | 'container' | 'before'>

/** Claim and evidence part. */
const differs = ({ verdict }: Judged): boolean => verdict !== 'unknown' && weightOf(verdict) !== 'quiet'

/** How claims and evidence fit: of batches where there was something to see, and how many ended unseen [PAGE-13.1]. */
export function tallyOf(batches: readonly Judged[]): { agree: number; differ: number; unseen: number } {
  const tally = { agree: 0, differ: 0, unseen: 0 }
  for (const batch of batches) {
    const { status, verdict, container, before } = batch
    if (differs(batch)) tally.differ += 1
    else if (container !== null) tally.agree += Number(verdict === 'agrees')
    else if (status !== 'pending' && status !== 'running' && verdict !== 'local' && !before) tally.unseen += 1
  }
  return tally
}

/** Whether the verdict says anything: of what was seen, of what does not fit, and while somebody waits to know [PAGE-13.2]. */
export const hasVerdict = (batch: Judged): boolean =>
  batch.container !== null ||
  differs(batch) ||
  batch.verdict === 'local' ||
  (batch.verdict === 'unknown' && batch.status === 'running')

/** Whether there is no evidence of any batch, and none is awaited [PAGE-13.3]. */
export const hasNoEvidence = (batches: readonly Judged[], over: boolean): boolean =>
  batches.every(batch => batch.container === null && !differs(batch) && (over || batch.verdict === 'local'))

const roles: Record<Role, string> = {
  batch: 'agent of a batch',
  planning: 'planning',
  'merge-help': 'help with a merge',
  session: 'session',
  terminal: 'terminal',
  other: 'not known what for',
}
export const roleWords = (role: Role): string => roles[role]
