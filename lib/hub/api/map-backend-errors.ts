import { BackendError } from '../../backend/http'
import { hubRefusals } from './refusals'

/** Turns the error of a backend that can't be reached, or gives an invalid answer, into a `HubError`. */
export async function mapBackendErrors<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (cause) {
    throw cause instanceof BackendError ? hubRefusals.backendFailed(cause) : cause
  }
}
