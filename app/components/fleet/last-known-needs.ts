import { isOver } from '../../../lib/run/is-over'
import { GRACE_OF_ALARM } from '../../../lib/run/evidence/grace-times'
import type { Fleet, LinkState, RunFields } from '../../../lib/run/model'
import { byWeightAndAge, isLost, type Need } from './needs'

/** Kinds that say what a container does, so only Docker can withdraw them. */
const OF_DOCKER: ReadonlySet<string> = new Set(['orphan', 'conflict', 'unclaimed'])
/** Kinds that need both sources: while one is silent they can't be found again. */
const OF_BOTH: ReadonlySet<string> = new Set([...Object.keys(GRACE_OF_ALARM), 'silent'])
/** Two complete lists of containers after Docker's return, ms. */
const LISTED = 20_000

/** So long after its return a source may take to find the same again, ms. */
const findsWithin = (kind: string): number => LISTED + (new Map(Object.entries(GRACE_OF_ALARM)).get(kind) ?? 0)

/**
 * The needs as of now, and those that were known when a source fell silent: a silent source withdraws nothing [FLEET-1.6]. A reload
 * forgets them.
 * @param before what this function returned last; returned again if nothing has changed
 * @param now the server's clock, ms
 */
export function withLastKnown(
  before: readonly Need[],
  current: readonly Need[],
  fleet: Pick<Fleet, 'runs' | 'link' | 'dockerSince'>,
  now: number,
): readonly Need[] {
  const found = new Set(current.map(({ key }) => key))
  const runs = new Map(fleet.runs.map(run => [run.runId, run]))
  const kept = before.flatMap(need => {
    if (found.has(need.key)) return []
    const run = need.run && (runs.get(need.run.runId) ?? null)
    const isDockerUnsure = isUnsure(
      need,
      run?.link.docker ?? fleet.link.docker,
      run?.dockerSince ?? fleet.dockerSince,
      now,
    )
    if (need.run === null) return OF_DOCKER.has(need.kind) && isDockerUnsure ? [asOld(need, null)] : []
    return run && isKept(need, run, isDockerUnsure, now) ? [asOld(need, run)] : []
  })
  const all = kept.length === 0 ? current : [...current, ...kept].sort(byWeightAndAge)
  return all.length === before.length && all.every((need, n) => need === before[n]) ? before : all
}

const asOld = (need: Need, run: RunFields | null): Need =>
  need.isOld && need.run === run ? need : { ...need, run, isOld: true }

function isKept(need: Need, run: RunFields, isDockerUnsure: boolean, now: number): boolean {
  if (need.kind === 'long') return !isOver(run.status) && isLost(run.link.backend)
  if (!OF_BOTH.has(need.kind)) return false
  // The backend told the end of the run, and with it what became of its batches.
  if (isOver(run.status)) return OF_DOCKER.has(need.kind) && isDockerUnsure
  return isDockerUnsure || isUnsure(need, run.link.backend, run.linkSince, now)
}

/** The source is silent, or back for so short a time that it can't have judged again. */
function isUnsure({ isOld, kind }: Need, link: LinkState, since: string | null, now: number): boolean {
  return isLost(link) || (isOld && link === 'live' && since !== null && now - Date.parse(since) < findsWithin(kind))
}
