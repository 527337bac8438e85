import type { Batch, BatchStatus } from '../lib/run/model'

/** The kinds of evidence that the segmented bar draws; `off`: it does not fit the claim. */
export type SeenKind = 'seen' | 'late' | 'ghost' | 'off'

/** The parts of the bar that look the same, as one SVG path in a box of 1 × 1. */
export interface Layer<K> {
  kind: K
  path: string
}

/** From back to front: the statuses that matter most are drawn last. */
const STATUSES: readonly BatchStatus[] = ['pending', 'completed', 'running', 'aborted', 'failed']
const SEEN: readonly SeenKind[] = ['seen', 'late', 'ghost', 'off']
/** These stay visible in a bar of any number of batches: each part is at least this share of the bar wide. */
const NEVER_LOST: ReadonlySet<BatchStatus | SeenKind> = new Set(['aborted', 'failed', 'late', 'ghost', 'off'])
const LEAST_SHARE = 1 / 300

type Shown = Pick<Batch, 'status' | 'verdict' | 'container'>

/** The claims of the batches in plan order, a layer per status. Neighbours of one status are one part. */
export const claimLayers = (batches: readonly Shown[]): Layer<BatchStatus>[] =>
  layersOf(
    batches.map(({ status }) => status),
    STATUSES,
  )

/** Docker's evidence below the claims, in the same way. */
export const seenLayers = (batches: readonly Shown[]): Layer<SeenKind>[] => layersOf(batches.map(seenKind), SEEN)

function seenKind({ verdict, container }: Shown): SeenKind | null {
  if (verdict === 'late' || verdict === 'ghost') return verdict
  if (verdict === 'conflict' || verdict === 'orphan') return 'off'
  return container === null ? null : 'seen'
}

function layersOf<K extends BatchStatus | SeenKind>(kinds: readonly (K | null)[], order: readonly K[]): Layer<K>[] {
  const paths = new Map<K, string>()
  let begin = 0
  for (let end = 1; end <= kinds.length; end += 1) {
    const kind = kinds[begin] ?? null
    if (end < kinds.length && kinds[end] === kind) continue
    if (kind !== null) paths.set(kind, (paths.get(kind) ?? '') + part(kind, begin / kinds.length, end / kinds.length))
    begin = end
  }
  return order.flatMap(kind => {
    const path = paths.get(kind)
    return path === undefined ? [] : [{ kind, path }]
  })
}

function part(kind: BatchStatus | SeenKind, from: number, to: number): string {
  const least = NEVER_LOST.has(kind) ? LEAST_SHARE : 0
  const begin = Math.min(from, 1 - least)
  return `M${share(begin)} 0H${share(Math.max(to, begin + least))}V1H${share(begin)}z`
}

/** A hundred-thousandth of the bar is far below a pixel. */
const share = (of: number) => Number(of.toFixed(5))
