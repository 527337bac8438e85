/**
 * The pause before a retry, ms: `first`, doubled with each retry up to `most`, and by chance between half and the whole of that, so
 * that many who lost the same peer do not come back at once.
 * @param retry counts from 0
 */
export const backoff = (retry: number, { first, most }: { first: number; most: number }): number =>
  Math.min(most, first * 2 ** retry) * (0.5 + Math.random() / 2)
