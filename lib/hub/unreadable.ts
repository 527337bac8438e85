import { hubRefusals } from './refusals'

/** A recording that can't be read from the data folder, as an answer to who wants it [IMP-1]. Names no path. */
export const unreadable = hubRefusals.recordingUnreadable
