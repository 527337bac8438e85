import type { Fleet, LinkState, RunFields } from '../../../lib/run/model'
import type { Live } from '../../../lib/client/live'
import { isOver } from '../../../lib/run/is-over'
import { begunAt } from '../../../lib/run/time/begun-at'
import { knownOf, type Known } from '../../nothing'
import { quietOf, type Quiet } from './quiet'

/** The fleet of one site, as fresh as that site. */
export interface FleetPart {
  fleet: Fleet
  live: Live<Fleet>
  /** The page has lost the server of this site. */
  stale: boolean
}

/** A run, and the part that it belongs to. */
export interface PlacedRun {
  run: RunFields
  part: FleetPart
}

/** Tells a run from all others: several sites may have runs of one id. */
export const keyOfRun = ({ runId, site }: Pick<RunFields, 'runId' | 'site'>): string =>
  site === undefined ? runId : `${site} ${runId}`

/** The runs that are not over, the newest first. */
export function liveRunsOf(parts: readonly FleetPart[]): PlacedRun[] {
  const all = parts.flatMap(part => part.fleet.runs.filter(({ status }) => !isOver(status)).map(run => ({ run, part })))
  return parts.length === 1 ? all : all.sort((a, b) => begunAt(b.run) - begunAt(a.run))
}

const BY_WEIGHT: readonly LinkState[] = ['down', 'stale', 'live', 'off']

/** The link that is worst off: what all of them show together is as fresh as that one. */
export const worstLink = (links: readonly LinkState[]): LinkState =>
  BY_WEIGHT.find(link => links.includes(link)) ?? 'off'

const DOUBTS: readonly Known[] = ['unread', 'reading', 'old', 'silent', 'current']

/** How well it is known that a list of all sites is empty: as well as of the site of which least is known. */
export function knownOfAll(parts: readonly FleetPart[]): Known {
  const all = parts.map(({ live, stale, fleet }) => knownOf(live, stale, fleet.link.backend))
  return DOUBTS.find(known => all.includes(known)) ?? 'current'
}

/** The oldest moment since when it is not known at every site that nothing needs a person; null while it is. */
export function quietOfAll(parts: readonly FleetPart[], renderedAt: number): Quiet | null {
  const all = parts.flatMap(
    ({ fleet, live: { checkedAt }, stale }) => quietOf(fleet, { stale, checkedAt }, renderedAt) ?? [],
  )
  return all.reduce<Quiet | null>((oldest, each) => (oldest && oldest.asOf <= each.asOf ? oldest : each), null)
}
