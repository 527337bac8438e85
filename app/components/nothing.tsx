import { nothingTexts, type Known, type Place } from '../nothing'

/** Replaces an empty list, and says whether the list is known to be empty or was not read. */
export function Nothing({ in: place, known }: { in: Place; known: Known }) {
  return (
    <p className="none" data-known={known}>
      {nothingTexts[place][known]}
    </p>
  )
}
