/**
 * The pause before a retry, ms: `first`, doubled with each retry up to `most`, then a random value between half and the whole of
 * that. Thus, clients that lost the same server do not all reconnect at once.
 * @param retry counts from 0
 */
export const backoff = (retry: number, { first, most }: { first: number; most: number }): number =>
  Math.min(most, first * 2 ** retry) * (0.5 + Math.random() / 2)
