/** A segment of an address as text; null if it is not a valid encoding. */
export function segmentText(segment: string): string | null {
  try {
    return decodeURIComponent(segment)
  } catch {
    return null
  }
}
