/** The merged log of a run. A symbol: a batch may be called anything. */
export const MERGED: unique symbol = Symbol('merged')

/** Which log of a run: that of a batch, by its id; null: the backend's lines; or all lines. */
export type LogId = string | null | typeof MERGED
