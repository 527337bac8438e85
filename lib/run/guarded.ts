/**
 * Runs one step. An error of it is reported: from a timer or a socket it would end the server, and within a loop it would keep
 * the others from their steps.
 */
export function guarded(step: () => void, failed: (error: unknown) => void): void {
  try {
    step()
  } catch (error) {
    failed(error)
  }
}
