import { nothingTexts, type Known, type Place } from '../nothing'

/** Stands where a list has nothing to show, and says whether that was read, or is not known. */
export function Nothing({ in: place, known }: { in: Place; known: Known }) {
  return (
    <p className="none" data-known={known}>
      {nothingTexts[place][known]}
    </p>
  )
}
