import { certainBatchMs, certainRunMs, isWhole } from './certain-duration'
import type { Batch, BatchStatus, RunFields, RunStatus } from './model'

/** The runs of one spec side by side: what the pages of specs show [SPEC-1]. */

/** A batch of the spec's plan. */
export interface PlannedBatch {
  id: string
  name: string
  /** Ids of batches of the same plan. */
  dependsOn: string[]
}

/** A batch that the plan or any of the runs has. */
export interface SpecColumn extends PlannedBatch {
  /** The plan has it now. */
  planned: boolean
}

/** A batch in one run. */
export interface SpecCell {
  id: string
  status: BatchStatus
  /** How long it took, ms; null unless that is certain. */
  ms: number | null
  /** Present if it was completed before the run began. */
  before?: true
}

/** A run of the spec, without what only its own page shows. */
export interface SpecRun {
  runId: string
  /** Null for a run that is known from its own sources. */
  importId: string | null
  status: RunStatus
  dryRun: boolean
  basis: RunFields['basis']
  /** The end was concluded, not told. */
  inferred: boolean
  startedAt: string | null
  endedAt: string | null
  /** How long it took, ms; null unless it is over and that is certain. */
  ms: number | null
  /** It left no batch out: none was completed before it began. */
  whole: boolean
  batches: SpecCell[]
}

/** What a run is compared by. */
export interface SpecSource {
  fields: Pick<
    RunFields,
    'runId' | 'status' | 'dryRun' | 'basis' | 'inferred' | 'startedAt' | 'endedAt' | 'durationUncertain' | 'counts'
  > &
    Partial<Pick<RunFields, 'unnamedCompleted'>>
  batches: readonly Batch[]
  importId: string | null
}

export interface SpecGrid {
  /** Those of the plan in its order, then those that only runs have. */
  columns: SpecColumn[]
  /** Newest first. */
  runs: SpecRun[]
  /** How many older runs are left out, and how many batches that the plan does not have. */
  runsLeftOut: number
  columnsLeftOut: number
}

/** Bounds of one answer: its runs, their batches together, and the batches that the plan no longer has. */
export const SPEC_BOUNDS = { runs: 50, cells: 20_000, unplanned: 500 }

/**
 * Puts the runs of a spec side by side. A run that is there twice, as one of its own sources and as an import, counts once, as the
 * first.
 * @param sources newest first
 */
export function specGridOf(
  plan: readonly PlannedBatch[],
  sources: readonly SpecSource[],
  bounds: typeof SPEC_BOUNDS = SPEC_BOUNDS,
): SpecGrid {
  const columns = new Map<string, SpecColumn>()
  for (const { id, name, dependsOn } of plan) {
    if (!columns.has(id)) columns.set(id, { id, name, dependsOn: [...dependsOn], planned: true })
  }
  const most = columns.size + bounds.unplanned
  const unshown = new Set<string>()
  const known = new Set<string>()
  const runs: SpecRun[] = []
  let [cells, runsLeftOut] = [0, 0]
  for (const source of sources) {
    if (known.has(source.fields.runId)) continue
    known.add(source.fields.runId)
    cells += source.batches.length
    // The newest run is there, however large it is: a run has a bound of its own.
    if (runs.length >= bounds.runs || (cells > bounds.cells && runs.length > 0)) {
      runsLeftOut += 1
      continue
    }
    for (const { id, name, dependsOn } of source.batches) {
      if (columns.has(id)) continue
      if (columns.size >= most) unshown.add(id)
      else columns.set(id, { id, name, dependsOn: [...dependsOn], planned: false })
    }
    runs.push(specRunOf(source, unshown))
  }
  return { columns: [...columns.values()], runs, runsLeftOut, columnsLeftOut: unshown.size }
}

function specRunOf({ fields, batches, importId }: SpecSource, unshown: ReadonlySet<string>): SpecRun {
  const { runId, status, dryRun, basis, inferred, startedAt, endedAt } = fields
  return {
    ...{ runId, importId, status, dryRun, basis, inferred, startedAt, endedAt },
    ms: certainRunMs(fields),
    whole: isWhole({ ...fields, batches }),
    batches: batches
      .filter(({ id }) => !unshown.has(id))
      .map(batch => ({
        id: batch.id,
        status: batch.status,
        ms: certainBatchMs(fields, batch),
        ...(batch.before && { before: batch.before }),
      })),
  }
}
