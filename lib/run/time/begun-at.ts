import type { RunFields } from '../model'

/** When a run began, ms on the server's clock; a number beyond every time if it has not, so that it sorts as the newest. */
export const begunAt = ({ startedAt, clockOffset }: Pick<RunFields, 'startedAt' | 'clockOffset'>): number =>
  startedAt === null ? Number.MAX_SAFE_INTEGER : Date.parse(startedAt) + clockOffset
