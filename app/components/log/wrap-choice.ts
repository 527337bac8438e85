const KEY = 'groundtruth-log-wrap'

/** Whether the reader last chose that lines wrap. */
export function wrapsLines(): boolean {
  try {
    return window.localStorage.getItem(KEY) === 'on'
  } catch {
    // Storage is refused, so no choice can be stored.
    return false
  }
}

/** Stores the choice for the next log. */
export function storeWrap(wrap: boolean): void {
  try {
    window.localStorage.setItem(KEY, wrap ? 'on' : 'off')
  } catch {
    // Storage is refused: the choice holds until this log is closed.
  }
}
