import type { ContainerFacts } from './container-facts'

/** A created container has not ended, unless its start failed: then nothing starts it again automatically. */
export const hasEnded = ({
  state,
  removed,
  startFailed,
}: Pick<ContainerFacts, 'state' | 'removed' | 'startFailed'>): boolean =>
  removed || startFailed || state === 'exited' || state === 'dead' || state === 'removing'

/** A paused or restarting container is at work, too: it exists, has begun, and may continue. */
export const isAtWork = ({ state, removed }: Pick<ContainerFacts, 'state' | 'removed'>): boolean =>
  !removed && (state === 'running' || state === 'paused' || state === 'restarting')

/**
 * Whether the container ended after that moment, and was not only found ended after it [RUN-13.15]. If the container was never
 * seen at work, its stamp decides, which is by the backend's clock or by ours.
 * @param since our clock, ms
 * @param offset our clock minus the backend's, ms
 */
export function hasEndedSince(
  { seenRunningAt, seenEndedAt, finishedAt }: ContainerFacts,
  since: number,
  offset: number,
): boolean {
  if (seenEndedAt === null || seenEndedAt <= since) return false
  return seenRunningAt !== null || finishedAt === null || Math.max(finishedAt, finishedAt + offset) > since
}
