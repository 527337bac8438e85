import { nothingTexts, type Known, type Place } from '../nothing'
import styles from './nothing.module.css'

/** Replaces an empty list, and says whether the list is known to be empty or was not read. */
export function Nothing({ in: place, known }: { in: Place; known: Known }) {
  return (
    <p className={styles.none} data-known={known}>
      {nothingTexts[place][known]}
    </p>
  )
}
