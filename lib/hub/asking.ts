import { BackendError } from '../backend/http'
import { HubError } from './types'

/** A backend that can't be reached, or answers nonsense, as the hub's own error. */
export async function asking<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (cause) {
    if (!(cause instanceof BackendError)) throw cause
    throw new HubError(cause.kind === 'bad-answer' ? 'refused' : 'unreachable', cause.message, { cause })
  }
}
