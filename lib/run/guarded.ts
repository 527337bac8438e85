/**
 * Runs one step and reports an error of it. A thrown error would end the server if it came from a timer or a socket, and would
 * skip the remaining steps of a loop.
 */
export function guarded(step: () => void, failed: (error: unknown) => void): void {
  try {
    step()
  } catch (error) {
    failed(error)
  }
}
