/** The grace times of DOCK-2, ms: how long one side may be ahead of the other before a verdict changes. */

export const EARLY = 5_000
export const NEXT_AFTER_FAILURE = 5_000
export const NEXT_AFTER_SUCCESS = 30_000
export const NO_CONTAINER = 15_000
export const OUTLIVES_COMPLETION = 30_000
/** A busy Docker Engine may take long between a container's creation and its start. */
export const START_OVERDUE = 60_000
/** `docker commit` pauses a container for as long as the copy takes. */
export const PAUSED = 10_000
/** Docker may report a container's end after the backend reports the batch's end, although the backend waited for the container. */
export const OUTLIVES_END = 700
