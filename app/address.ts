/**
 * Writes the address of what the page shows, without a step in the browser's history. Browsers allow it only so often within some
 * seconds: what exceeds that is left out, and the next change writes it.
 */
export function replaceAddress(url: URL | string): void {
  try {
    window.history.replaceState(window.history.state, '', url)
  } catch (error) {
    if (!(error instanceof DOMException)) throw error
  }
}
