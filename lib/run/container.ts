import type { ContainerFacts } from './container-facts'

/** Created ones count as not ended, except where their start failed: nothing starts them again by itself. */
export const hasEnded = ({
  state,
  removed,
  startFailed,
}: Pick<ContainerFacts, 'state' | 'removed' | 'startFailed'>): boolean =>
  removed || startFailed || state === 'exited' || state === 'dead' || state === 'removing'

/** Paused and restarting ones count: they exist, have begun, and may go on. */
export const isAtWork = ({ state, removed }: Pick<ContainerFacts, 'state' | 'removed'>): boolean =>
  !removed && (state === 'running' || state === 'paused' || state === 'restarting')

/**
 * Whether it ended since that moment, not only was found then [RUN-13.15]. Of one that was never seen at work its stamp tells,
 * which is by the backend's clock or by ours.
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
