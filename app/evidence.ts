import { hasEnded, type Role } from '../lib/run/container'
import type { Batch, Container, Finding, Verdict } from '../lib/run/model'
import { exitWords, shortId } from '../lib/run/verdict'

/** How loud a verdict is: filled where somebody should act, outlined where somebody should watch, else quiet. */
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

/** The verdict that a finding is about; null where it is about something else. */
export const verdictOf = ({ kind }: Pick<Finding, 'kind'>): Verdict | null =>
  kind === 'ghost' || kind === 'orphan' || kind === 'conflict' || kind === 'late' || kind === 'unknown' ? kind : null

/** What is loudest first; of equals the newest. */
export function loudestFirst(findings: readonly Finding[]): Finding[] {
  const rank = (finding: Finding) => {
    const verdict = verdictOf(finding)
    return verdict !== null && weightOf(verdict) === 'act' ? 0 : 1
  }
  return findings.toReversed().sort((a, b) => rank(a) - rank(b))
}

type Seen = Pick<Container, 'state' | 'exitCode' | 'oomKilled'> & Partial<Pick<Container, 'removed' | 'timedOut'>>

/** What Docker shows of a container, in words: `running`, `exited 137, out of memory`, `removed, unseen how it ended`. */
export function containerText({ removed = false, timedOut = false, ...seen }: Seen): string {
  const { state, exitCode, oomKilled } = seen
  if (!hasEnded({ state, removed })) return state === 'created' ? 'created, not started' : state
  if (exitCode === null) return removed ? 'removed, unseen how it ended' : 'ended, unseen how'
  return exitWords({ exitCode, oomKilled, timedOut })
}

/** The command that shows more of a container; null where there is nothing left to ask about. */
export function dockerCommand({ id, state, removed = false }: Seen & { id: string }): string | null {
  if (removed) return null
  return hasEnded({ state, removed }) ? `docker inspect ${shortId(id)}` : `docker logs -f ${shortId(id)}`
}

/** Batches whose backend and Docker say the same, or that legally have no container. */
export const agreeing = (batches: readonly Pick<Batch, 'verdict'>[]): number =>
  batches.filter(({ verdict }) => weightOf(verdict) === 'quiet').length

const roles: Record<Role, string> = {
  batch: 'agent of a batch',
  planning: 'planning',
  'merge-help': 'help with a merge',
  session: 'session',
  terminal: 'terminal',
  other: 'not known what for',
}
export const roleWords = (role: Role): string => roles[role]
