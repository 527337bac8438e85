import { expectedEnd } from '../../run/expected-end'
import type { Batch, ExpectedEnd, RunFields } from '../../run/model'
import { runsForUsual, usualOf } from '../../run/usual'
import { isSame } from './same-parts'

interface RunView {
  fields: RunFields
  batches: readonly Batch[]
}

/** How many earlier runs are looked at for each live run: `runsForUsual` picks among them. */
const LOOKED_AT = 8

interface Known {
  /** What the end rests on. */
  readonly key: readonly unknown[]
  readonly end: ExpectedEnd | null
}

/** When the live runs are expected to end. One pass over the runs; an end is computed again only when its run or an earlier one changes. */
export class ExpectedEnds {
  #known = new Map<string, Known>()
  /** What is usual by a list of batches of each of some runs. */
  #usual = new WeakMap<readonly Batch[], { key: readonly unknown[]; times: ReadonlyMap<string, number> }>()

  /** @param runs newest first */
  of(runs: readonly RunView[]): ExpectedEnd[] {
    const known = new Map<string, Known>()
    for (const [run, earlier] of earlierOf(runs)) {
      const { runId, clockOffset, counts } = run.fields
      const key = [run.batches, clockOffset, counts.totalKnown, ...earlier.map(({ batches }) => batches)]
      const before = this.#known.get(runId)
      if (before && isSame(before.key, key)) known.set(runId, before)
      else known.set(runId, { key, end: expectedEnd(run.fields, run.batches, this.#timesOf(earlier)) })
    }
    this.#known = known
    return [...known.values()].flatMap(({ end }) => end ?? [])
  }

  #timesOf(earlier: readonly RunView[]): ReadonlyMap<string, number> {
    const [newest] = earlier
    if (newest === undefined) return new Map()
    const key = earlier.map(({ batches }) => batches)
    const known = this.#usual.get(newest.batches)
    if (known && isSame(known.key, key)) return known.times
    const { batches } = usualOf(earlier.map(run => ({ ...run.fields, batches: [...run.batches] })))
    const times = new Map(batches.map(({ id, ms }) => [id, ms]))
    this.#usual.set(newest.batches, { key, times })
    return times
  }
}

/** Each run at work, with the earlier ones that tell what is usual. */
function earlierOf(runs: readonly RunView[]): Map<RunView, RunView[]> {
  const open = new Map<string, { run: RunView; earlier: RunView[] }[]>()
  const found: { run: RunView; earlier: RunView[] }[] = []
  for (const run of runs) {
    const { spec, dryRun, status } = run.fields
    if (spec === null) continue
    const key = `${dryRun ? 'dry' : 'real'} ${spec}`
    const alike = open.get(key) ?? []
    if (status === 'running') {
      const each = { run, earlier: [] }
      found.push(each)
      open.set(key, [...alike, each])
    } else if (status === 'completed') {
      // Those that have enough are left out, so that a long history costs nothing.
      for (const each of alike) each.earlier.push(run)
      open.set(
        key,
        alike.filter(({ earlier }) => earlier.length < LOOKED_AT),
      )
    }
  }
  return new Map(found.map(({ run, earlier }) => [run, pickedOf(run, earlier)]))
}

function pickedOf(run: RunView, earlier: readonly RunView[]): RunView[] {
  const picked = new Set(
    runsForUsual(
      run.fields,
      earlier.map(({ fields }) => fields),
    ),
  )
  return earlier.filter(({ fields }) => picked.has(fields))
}
