import { isMissing } from './recording-file'
import { HubError } from './types'

/** A recording that can't be read from the data folder, as an answer to who wants it [IMP-1]. Names no path. */
export function unreadable(cause: unknown): HubError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
  const why = isMissing(cause)
    ? 'its file is gone from the data folder'
    : `its file can’t be read from the data folder (${code})`
  const next = 'See to the data folder and its rights: the server’s log names it. Then export again.'
  return new HubError('unwritable', `The recording can’t be exported: ${why}. ${next}`, { cause })
}
