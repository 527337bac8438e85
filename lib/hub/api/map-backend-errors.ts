import { BackendError } from '../../backend/http'
import { hubRefusals } from './refusals'

/** A backend that can't be reached, or answers nonsense, as the hub's own error. */
export async function mapBackendErrors<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (cause) {
    throw cause instanceof BackendError ? hubRefusals.backendFailed(cause) : cause
  }
}
