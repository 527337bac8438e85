import { shownName } from '../../../lib/run/text/display-text'
import type { RunFields } from '../../../lib/run/model'
import { plural, sentence } from '../../labels'
import type { Need, NeedKind } from './needs'

/** How many names a line of several findings gives. */
const NAMED = 4

/** `2 ghosts`, `3 late`: a number of findings of one kind. */
export function kindText(kind: NeedKind, count: number): string {
  switch (kind) {
    case 'ghost':
    case 'orphan':
    case 'conflict':
      return plural(count, kind)
    case 'failed':
    case 'late':
    case 'silent':
      return `${count} ${kind}`
    case 'long':
      return `${count} longer than usual`
    case 'unclaimed':
      return `${plural(count, 'container')} of no known run`
    case 'unproven-failure':
      return plural(count, 'unconfirmed error')
    default:
      return plural(count, 'note')
  }
}

/** `2 ghosts: icons-schema, http-schema.`: several findings of one kind in a line. */
export function groupText({ kind, findings }: Pick<Need, 'kind' | 'findings'>): string {
  const names = [...new Set(findings.flatMap(({ batchId }) => (batchId === null ? [] : [shownName(batchId)])))]
  const told = names.slice(0, NAMED)
  const more = names.length - told.length
  const list = [...told, ...(more > 0 ? [`${more} more`] : [])]
  return `${kindText(kind, findings.length)}${list.length === 0 ? '' : `: ${list.join(', ')}`}.`
}

/** The number and kinds of the needs that a fold hides: `3 more: 1 ghost, 2 late`. */
export function foldText(folded: readonly Pick<Need, 'kind' | 'findings'>[]): string {
  const counts = new Map<NeedKind, number>()
  for (const { kind, findings } of folded) counts.set(kind, (counts.get(kind) ?? 0) + Math.max(1, findings.length))
  return `${folded.length} more: ${[...counts].map(([kind, count]) => kindText(kind, count)).join(', ')}`
}

/** Why a run failed, and what to do about it. */
export function failureText({ error }: Pick<RunFields, 'error'>): string {
  const why = sentence(error ?? 'The backend gave no reason')
  if (error !== null && /merge failed|resolve all conflicts/i.test(error)) {
    return `${why} Resolve the conflict on its branch, then start its spec again.`
  }
  return `${why} Read its log, then start its spec again.`
}

/** Why runs can't be followed: `Backend down for 16 s` is completed by this. */
export function lostText(unfollowed: number): string {
  if (unfollowed === 0) return 'what runs there is not known.'
  return `${plural(unfollowed, 'run')} can’t be followed.`
}
