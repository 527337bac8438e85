import type { ContainersByBatch } from '../evidence/containers-by-batch'
import type { EditedClaims } from './edited-claims'
import type { BatchError } from './stream-claims'

/** For how many errors the evidence is looked at: the orchestrator ends with its first failure, so there are never many. */
const MAX_LOOKS = 20

/**
 * `batch_error` names no batch. If one batch is at work, the error is that batch's. If several are, it belongs to the one batch
 * with a container that has failed by then, unless the stream has named a failed batch [RUN-10].
 */
export function attributeFailures(
  claims: EditedClaims,
  errors: readonly BatchError[],
  containers: ContainersByBatch,
): void {
  if (errors.length === 0) return
  const places = new Map<string | null, number>()
  for (let place = 0; place < claims.length; place += 1) {
    const batch = claims.at(place)
    if (batch?.status === 'failed' && batch.basis === 'stream') return
    if (batch) places.set(batch.id ?? batch.name, place)
  }
  const isRunning = (place: number) => claims.at(place)?.status === 'running'
  let looks = 0
  for (const { error, time, only } of errors) {
    const shown = only || looks++ >= MAX_LOOKS ? [] : containers.failedBy(time).flatMap(id => places.get(id) ?? [])
    const [place, ...others] = (only ? [only.place] : shown).filter(isRunning)
    if (place !== undefined && others.length === 0) claims.fail(place, time, error)
  }
}
