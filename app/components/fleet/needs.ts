import { needsYou } from '../../../lib/run/attention'
import { isOver } from '../../../lib/run/is-over'
import type { Finding, FindingKind, Fleet, LinkState, RunFields } from '../../../lib/run/model'

/** Why a person should look: a run failed, or it has findings of a kind. */
export type NeedKind = 'failed' | FindingKind

/** One reason why a person should look: the failure of a run, or its findings of one kind. */
export interface Need {
  /** Tells it from all others, also after its findings have changed. */
  key: string
  kind: NeedKind
  /** Null for containers and files that belong to no run. */
  run: RunFields | null
  /** The name of the site that it is at, if sites have names. */
  site?: string
  /** Empty for a run that failed. */
  findings: readonly Finding[]
  /** Since when it is so, ISO 8601; null if that is not known. */
  since: string | null
  /** A source that would withdraw it is silent, or has just come back. */
  isOld: boolean
}

/** How heavy a kind is: 0 needs action, 1 needs watching, 2 is a note [FLEET-1.2]. */
const RANKS: Record<NeedKind, 0 | 1 | 2> = {
  ...{ failed: 0, conflict: 0, ghost: 0, orphan: 0 },
  ...{ late: 1, silent: 1, recording: 1, unclaimed: 1 },
  ...{ long: 2, 'unproven-failure': 2, 'completed-before': 2, 'clock-set': 2, incomplete: 2, 'dropped-lines': 2 },
  ...{ overflow: 2, 'too-many-batches': 2, 'repeated-id': 2, more: 2 },
}

export const rankOf = (kind: NeedKind): number => RANKS[kind]

/** A source that is watched and not heard. */
export const isLost = (link: LinkState): boolean => link === 'stale' || link === 'down'

/**
 * Everything that needs a person, in order [FLEET-1.1] [FLEET-1.2].
 * @param now the server's clock, ms
 */
export function needsOf(fleet: Pick<Fleet, 'site' | 'runs' | 'findings' | 'earlier'>, now: number): Need[] {
  const need = needAt(fleet.site)
  const strays = byKind(fleet.findings).map(([kind, findings]) => need(kind, null, findings, earliest(findings)))
  const ofRuns = needsYou(fleet.runs, now, fleet.earlier).flatMap(({ run, hasFailed, findings }) => [
    ...(hasFailed ? [need('failed', run, [], run.endedAt)] : []),
    ...byKind(findings).map(([kind, same]) => need(kind, run, same, earliest(same))),
  ])
  return [...strays, ...ofRuns].sort(byWeightAndAge)
}

const needAt =
  (site: string | undefined) =>
  (kind: NeedKind, run: RunFields | null, findings: readonly Finding[], since: string | null): Need => {
    const isUnheard = run !== null && !isOver(run.status) && isLost(run.link.backend)
    const isOld = isUnheard || findings.some(({ knownAt }) => knownAt !== undefined)
    const at = site === undefined ? {} : { site }
    const key = JSON.stringify([run?.runId ?? null, kind, ...Object.values(at)])
    return { key, kind, run, findings, since, isOld, ...at }
  }

function byKind(findings: readonly Finding[]): [FindingKind, Finding[]][] {
  const kinds = new Map<FindingKind, Finding[]>()
  for (const finding of findings) {
    const same = kinds.get(finding.kind)
    if (same) same.push(finding)
    else kinds.set(finding.kind, [finding])
  }
  return [...kinds]
}

const earliest = (findings: readonly Finding[]): string | null =>
  findings.reduce<string | null>((first, { at }) => (first === null || (at !== null && at < first) ? at : first), null)

/** Heavy before light; among equals the newest first, and last those of unknown age. */
export function byWeightAndAge(a: Need, b: Need): number {
  return rankOf(a.kind) - rankOf(b.kind) || (b.since ?? '').localeCompare(a.since ?? '') || a.key.localeCompare(b.key)
}

/** How many lines stay open; the others are folded, the lightest first [FLEET-1.4]. */
const MOST = 5

export interface Arranged {
  open: readonly Need[]
  folded: readonly Need[]
}

/** Divides ordered needs into those that stay open and those that are folded. A fold never hides a single line. */
export function arranged(needs: readonly Need[]): Arranged {
  if (needs.length <= MOST + 1) return { open: needs, folded: [] }
  return { open: needs.slice(0, MOST), folded: needs.slice(MOST) }
}

/**
 * The same places as before, while a person points at them [FLEET-1.5]: each line stays where it is, also after its reason is
 * gone, and new ones come below the open ones.
 */
export function inPlace(before: Arranged, needs: readonly Need[]): Arranged & { gone: ReadonlySet<string> } {
  const now = new Map(needs.map(each => [each.key, each]))
  const known = new Set([...before.open, ...before.folded].map(({ key }) => key))
  const current = (list: readonly Need[]) => list.map(each => now.get(each.key) ?? each)
  return {
    open: [...current(before.open), ...needs.filter(({ key }) => !known.has(key))],
    folded: current(before.folded),
    gone: new Set([...known].filter(key => !now.has(key))),
  }
}
