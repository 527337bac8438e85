import type { Batch, BatchStatus, Snapshot } from '../../../../lib/run/model'
import { certainBatchMs, certainRunMs } from '../../../../lib/run/certain-duration'
import { shownName } from '../../../../lib/run/text/display-text'
import { tookText } from '../../../format'

/** A batch in one of the two runs; `ms` is null where it has no certain duration. */
interface Side {
  status: BatchStatus
  /** It was completed before the run began. */
  before: boolean
  ms: number | null
}

/** A batch of either run, by its id. */
export interface ComparedBatch {
  id: string
  name: string
  now: Side | null
  then: Side | null
  /** How much longer it took than then, ms; null unless both are certain. */
  delta: number | null
}

export interface Comparison {
  /** The durations of the runs, ms, where both are certain. */
  total: { now: number; then: number } | null
  /** Those that took longer than then first; last those that can't be compared, in plan order. */
  batches: ComparedBatch[]
}

/** How many batches the summary names at most. */
const NAMED = 3
/** Two durations that differ by less are as long, ms. */
const LEAST = 1_000

type Compared = Pick<
  Snapshot,
  'status' | 'basis' | 'inferred' | 'startedAt' | 'endedAt' | 'durationUncertain' | 'batches'
>

/** How the durations of two runs of a plan differ, batch by batch [COMPARE-1]. */
export function compared(run: Compared, against: Compared): Comparison {
  const then = new Map(against.batches.map(batch => [batch.id, sideOf(against, batch)]))
  const rows = run.batches.map(batch => rowOf(batch, sideOf(run, batch), then.get(batch.id) ?? null))
  const known = new Set(run.batches.map(({ id }) => id))
  const gone = against.batches
    .filter(({ id }) => !known.has(id))
    .map(batch => rowOf(batch, null, sideOf(against, batch)))
  const [now, before] = [certainRunMs(run), certainRunMs(against)]
  return {
    total: now === null || before === null ? null : { now, then: before },
    batches: [...rows, ...gone].toSorted((a, b) => placeOf(b) - placeOf(a) || 0),
  }
}

/** By seconds, so that the plan's order stays where two batches took as long as then. */
const placeOf = ({ delta }: ComparedBatch) => (delta === null ? -Infinity : Math.trunc(delta / LEAST))

function rowOf({ id, name }: Batch, now: Side | null, then: Side | null): ComparedBatch {
  const delta = now === null || then === null || now.ms === null || then.ms === null ? null : now.ms - then.ms
  return { id, name, now, then, delta }
}

const sideOf = (run: Compared, batch: Batch): Side => ({
  status: batch.status,
  before: batch.before === true,
  ms: batch.status === 'completed' ? certainBatchMs(run, batch) : null,
})

/** `+17:58`, `−0:12`, or `as long` for a difference below a second. */
export function deltaText(ms: number): string {
  if (Math.abs(ms) < LEAST) return 'as long'
  return `${ms > 0 ? '+' : '−'}${tookText(Math.abs(ms) / 1000).replace(/^0(?=\d:)/, '')}`
}

/** The difference of the whole runs, and the batches with the largest differences the same way: `+17:58: +9:10 in Data Models.` */
export function summaryText({ total, batches }: Comparison): string {
  const delta = total === null ? null : total.now - total.then
  const isSameWay = (ms: number) => Math.abs(ms) >= LEAST && (delta === null || delta > 0 === ms > 0)
  const named = batches
    .flatMap(({ name, delta: ms }) => (ms !== null && isSameWay(ms) ? [{ name, ms }] : []))
    .sort((a, b) => Math.abs(b.ms) - Math.abs(a.ms))
    .slice(0, NAMED)
    .map(({ name, ms }) => `${deltaText(ms)} in ${shownName(name)}`)
  if (delta === null) return named.length === 0 ? '' : `${named.join(', ')}.`
  if (Math.abs(delta) < LEAST) return 'As long as then.'
  return `${deltaText(delta)}${named.length === 0 ? '' : `: ${named.join(', ')}`}.`
}
