import { certainRunMs, isWhole } from '../../run/certain-duration'
import type { Batch, EarlierRuns, RunFields } from '../../run/model'
import { isSame } from './same-parts'

interface RunView {
  fields: RunFields
  batches: readonly Batch[]
}

/** A completed run that others may be compared with. */
interface Took {
  readonly ms: number
  readonly batchIds: ReadonlySet<string>
}

/** The completed runs of a spec, newest first, that are older than some run that goes on. */
interface OfSpec {
  readonly took: Took[]
  /** The runs that go on, and how many of `took` are newer than each. */
  readonly open: { run: RunView; newer: number }[]
}

/** Fewer earlier runs say nothing of another one, and more than these are long ago [RUN-18.7]. */
const LEAST = 2
const MOST = 10

/** What a live run was compared with, and what came of that. */
interface Compared {
  readonly batches: readonly Batch[]
  readonly candidates: readonly Took[]
  readonly earlier: EarlierRuns | null
}

/**
 * How long the earlier runs of each live run took. One pass over the runs; the batches of a run are compared only when it begins,
 * when it has others than before, and when another run of its spec is completed.
 */
export class EarlierDurations {
  /** Null for a run that nothing can be compared with. A run that is over keeps its fields until something in them changes. */
  readonly #took = new WeakMap<RunFields, Took | null>()
  #known = new Map<string, Compared>()

  /** @param runs newest first */
  of(runs: readonly RunView[]): EarlierRuns[] {
    const known = new Map<string, Compared>()
    const found: EarlierRuns[] = []
    for (const { took, open } of this.#bySpec(runs)) {
      for (const { run, newer } of open) {
        const { runId } = run.fields
        const candidates = took.slice(newer, newer + MOST)
        const before = this.#known.get(runId)
        const isKnown = before && isSame(before.candidates, candidates) && haveSameIds(before.batches, run.batches)
        const earlier = isKnown ? before.earlier : earlierOf(run, candidates)
        known.set(runId, { batches: run.batches, candidates, earlier })
        if (earlier) found.push(earlier)
      }
    }
    this.#known = known
    return found
  }

  #bySpec(runs: readonly RunView[]): Iterable<OfSpec> {
    const bySpec = { dry: new Map<string, OfSpec>(), real: new Map<string, OfSpec>() }
    for (const run of runs) {
      const { spec, dryRun } = run.fields
      if (spec === null) continue
      const alike = dryRun ? bySpec.dry : bySpec.real
      const ofSpec = alike.get(spec)
      if (isComparable(run.fields)) {
        const open = { run, newer: ofSpec?.took.length ?? 0 }
        if (ofSpec) ofSpec.open.push(open)
        else alike.set(spec, { took: [], open: [open] })
      } else if (ofSpec && hasRoom(ofSpec)) {
        const took = this.#tookOf(run)
        if (took) ofSpec.took.push(took)
      }
    }
    return [...bySpec.dry.values(), ...bySpec.real.values()]
  }

  #tookOf({ fields, batches }: RunView): Took | null {
    const known = this.#took.get(fields)
    if (known !== undefined) return known
    const ms = fields.status === 'completed' && isWhole({ ...fields, batches }) ? certainRunMs(fields) : null
    const took = ms === null ? null : { ms, batchIds: new Set(batches.map(({ id }) => id)) }
    this.#took.set(fields, took)
    return took
  }
}

/** Whether an earlier run than those taken counts for the oldest of the runs that go on. */
const hasRoom = ({ took, open }: OfSpec): boolean => took.length < (open.at(-1)?.newer ?? 0) + MOST

/** The list of a run is the same one until something in it changes [RUN-17.2]; another execution may have others [RUN-14]. */
const haveSameIds = (a: readonly Batch[], b: readonly Batch[]): boolean =>
  a === b || (a.length === b.length && a.every(({ id }, index) => id === b[index]?.id))

/** A run at work whose time so far, and whose batches, are certain. */
const isComparable = ({ status, basis, startedAt, durationUncertain, counts }: RunFields): boolean =>
  status === 'running' && basis === 'stream' && startedAt !== null && !durationUncertain && counts.totalKnown

/** What the runs tell that had every batch of this one. */
function earlierOf({ fields, batches }: RunView, candidates: readonly Took[]): EarlierRuns | null {
  const times = candidates.filter(({ batchIds }) => batches.every(({ id }) => batchIds.has(id))).map(({ ms }) => ms)
  if (times.length < LEAST) return null
  const [shortest, longest] = [Math.min(...times), Math.max(...times)]
  return { runId: fields.runId, runs: times.length, shortest, longest }
}
